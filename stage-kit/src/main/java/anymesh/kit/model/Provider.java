// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

/** ONNX Runtime's execution providers that a stage may ask for. */
public enum Provider {
    TENSORRT, CUDA, CPU
}
