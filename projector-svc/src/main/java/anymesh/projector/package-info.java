// SPDX-License-Identifier: Apache-2.0
/**
 * The two projectors, equations 2 and 4: P_X = Θ_X→T(F_X) and H_X = Θ_T→X(S_X). One image, two mains; what they share is
 * {@link anymesh.projector.Projection}. Start here: {@link anymesh.projector.ProjectorStage}.
 */
@NullMarked
package anymesh.projector;

import org.jspecify.annotations.NullMarked;
