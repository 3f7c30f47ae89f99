// SPDX-License-Identifier: Apache-2.0
/**
 * What importing a model has in common, whatever the model is for: reading the folder that an exporter wrote, holding its graphs
 * against what can be run, and writing a bundle that is there whole or not at all.
 *
 * <p>Start here: {@link anymesh.kit.imports.SourceFolder} for what is read, {@link anymesh.kit.imports.BundleDraft} for what is
 * written, {@link anymesh.kit.imports.ImportReport} for what the user is told. Nothing of a folder is run, and nothing in it is
 * changed. Every fault is a {@link anymesh.kit.model.BundleException} that says what to mend.
 */
@NullMarked
package anymesh.kit.imports;

import org.jspecify.annotations.NullMarked;
