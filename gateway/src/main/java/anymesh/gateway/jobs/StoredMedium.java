// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

/** A file in the media store. Its name is used for nothing else ever, so it serves as its version too. */
public record StoredMedium(String name, String mimeType, long bytes) {}
