"""What is stored in fewer bits is exactly what torch computes with."""
import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto
from torch import nn

from toyworld.export import onnx_file
from toyworld.export.storing import as_int8

onnxruntime = pytest.importorskip("onnxruntime")


def net_with_odd_rows() -> nn.Module:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(96, 192), nn.GELU(), nn.Linear(192, 96, bias=False), nn.LayerNorm(96))
    with torch.no_grad():
        net[0].weight[3] = 0  # no number at all,
        net[0].weight[4] = 1e-9  # less than a step can be,
        net[0].weight[5] *= 1e3  # and a row far larger than the others
    return net


@pytest.mark.parametrize("int8", [False, True])
def test_graph_computes_what_torch_does(tmp_path, int8):
    net = net_with_odd_rows()
    exact = [p.clone() for p in net.parameters()]
    onnx_file.round_weights(net, int8)
    for before, after in zip(exact, net.parameters()):
        assert torch.isfinite(after).all()
        assert ((after - before).abs() <= before.abs().amax(-1, keepdim=True) * (0.6 / 127 if int8 else 1 / 1024) + 1e-6).all()
    x = torch.randn(5, 7, 96)
    onnx_file.write(net, tmp_path / "net.onnx", (x,), ["x"], ["y"], {"x": {0: "batch"}, "y": {0: "batch"}})
    kinds = {i.name: i.data_type for i in onnx.load(str(tmp_path / "net.onnx")).graph.initializer}
    assert list(kinds.values()).count(TensorProto.INT8) == (2 if int8 else 0)
    assert (tmp_path / "net.onnx").stat().st_size < (45_000 if int8 else 80_000)
    y = onnxruntime.InferenceSession(str(tmp_path / "net.onnx"), providers=["CPUExecutionProvider"]).run(None, {"x": x.numpy()})[0]
    assert np.abs(y - net(x).detach().numpy()).max() < 1e-4


def test_what_was_not_rounded_is_not_taken_for_int8():
    matrix = torch.randn(96, 96, generator=torch.Generator().manual_seed(1))
    assert as_int8(matrix.numpy()) is None
    assert as_int8(matrix.half().float().numpy()) is None
    assert as_int8(onnx_file.round_to_int8(matrix).numpy()) is not None
