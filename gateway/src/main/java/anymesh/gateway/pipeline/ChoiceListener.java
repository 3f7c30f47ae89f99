// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

/** Who is told how the choices of a request grow. */
@FunctionalInterface
public interface ChoiceListener {

    /** {@code choice} counts from 0. */
    void on(int choice, AnswerEvent event);
}
