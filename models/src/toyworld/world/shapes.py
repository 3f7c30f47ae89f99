"""The twelve things as painted layers of signed distance functions on the square [-1, 1]², y pointing down."""
from __future__ import annotations

import math
from typing import Callable

import numpy as np

Field = np.ndarray
Layer = tuple[str, Field]  # "body" takes the thing's colour, "shade" a darker one, "light" near white, "dark" near black


def circle(u: Field, v: Field, x: float, y: float, r: float) -> Field:
    return np.hypot(u - x, v - y) - r


def ellipse(u: Field, v: Field, x: float, y: float, a: float, b: float, turn: float = 0.0) -> Field:
    p, q = u - x, v - y
    if turn:
        c, s = math.cos(turn), math.sin(turn)
        p, q = p * c + q * s, q * c - p * s
    k0 = np.hypot(p / a, q / b)
    k1 = np.hypot(p / a**2, q / b**2) + 1e-6
    return np.where(k0 < 1e-3, -min(a, b), k0 * (k0 - 1) / k1)


def box(u: Field, v: Field, x: float, y: float, half_w: float, half_h: float, r: float = 0.05) -> Field:
    p, q = np.abs(u - x) - half_w + r, np.abs(v - y) - half_h + r
    return np.hypot(np.maximum(p, 0), np.maximum(q, 0)) + np.minimum(np.maximum(p, q), 0) - r


def line(u: Field, v: Field, x0: float, y0: float, x1: float, y1: float, r: float) -> Field:
    dx, dy = x1 - x0, y1 - y0
    h = np.clip(((u - x0) * dx + (v - y0) * dy) / (dx * dx + dy * dy), 0, 1)
    return np.hypot(u - x0 - dx * h, v - y0 - dy * h) - r


def convex(u: Field, v: Field, *points: tuple[float, float]) -> Field:
    """A convex polygon (its corners' distance is approximate, which only sharpens the outline)."""
    turn = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, points[1:] + points[:1]))
    if turn < 0:
        points = points[::-1]
    edges = []
    for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1]):
        n = math.hypot(x1 - x0, y1 - y0)
        edges.append(((u - x0) * (y1 - y0) - (v - y0) * (x1 - x0)) / n)
    return np.maximum.reduce(edges)


def union(*fields: Field) -> Field:
    return np.minimum.reduce(fields)


def bell(u: Field, v: Field) -> list[Layer]:
    skirt = convex(u, v, (-0.47, 0.0), (0.47, 0.0), (0.86, 0.58), (-0.86, 0.58))
    dome = union(circle(u, v, 0, -0.22, 0.5), box(u, v, 0, 0.0, 0.47, 0.25), skirt)
    return [("dark", circle(u, v, 0, 0.72, 0.19)), ("body", union(dome, circle(u, v, 0, -0.82, 0.14))),
            ("dark", line(u, v, -0.66, 0.36, 0.66, 0.36, 0.055))]


def drum(u: Field, v: Field) -> list[Layer]:
    side = union(box(u, v, 0, 0.24, 0.78, 0.44), ellipse(u, v, 0, 0.66, 0.78, 0.24))
    cords = union(*(line(u, v, x, a, x + 0.39, b, 0.05) for x, a, b in
                    ((-0.78, 0.1, 0.75), (-0.39, 0.75, 0.15), (0.0, 0.15, 0.75), (0.39, 0.75, 0.1))))
    sticks = union(line(u, v, -0.8, -0.92, -0.15, -0.3, 0.075), line(u, v, 0.8, -0.92, 0.15, -0.3, 0.075))
    return [("body", side), ("dark", np.maximum(cords, side)), ("light", ellipse(u, v, 0, -0.2, 0.78, 0.27)),
            ("shade", sticks)]


def bird(u: Field, v: Field) -> list[Layer]:
    legs = union(line(u, v, -0.1, 0.5, -0.15, 0.92, 0.06), line(u, v, 0.15, 0.5, 0.15, 0.92, 0.06))
    tail = convex(u, v, (-0.4, 0.0), (-1.0, -0.35), (-0.98, 0.2), (-0.5, 0.35))
    body = union(ellipse(u, v, -0.05, 0.18, 0.6, 0.42), circle(u, v, 0.42, -0.35, 0.34), tail)
    return [("dark", legs), ("dark", convex(u, v, (0.68, -0.55), (1.05, -0.3), (0.68, -0.15))), ("body", body),
            ("shade", ellipse(u, v, -0.16, 0.14, 0.36, 0.2, 0.3)), ("dark", circle(u, v, 0.5, -0.42, 0.09))]


def siren(u: Field, v: Field) -> list[Layer]:
    dome = union(np.maximum(circle(u, v, 0, 0.1, 0.56), v - 0.1), box(u, v, 0, 0.2, 0.56, 0.2))
    rays = union(line(u, v, 0, -0.72, 0, -0.94, 0.08), line(u, v, -0.6, -0.52, -0.78, -0.72, 0.08),
                 line(u, v, 0.6, -0.52, 0.78, -0.72, 0.08))
    return [("body", union(dome, rays)), ("light", ellipse(u, v, -0.2, -0.06, 0.1, 0.22, 0.3)),
            ("dark", box(u, v, 0, 0.6, 0.8, 0.24))]


def storm_cloud(u: Field, v: Field) -> list[Layer]:
    cloud = union(circle(u, v, -0.5, -0.22, 0.38), circle(u, v, 0.05, -0.45, 0.47), circle(u, v, 0.56, -0.2, 0.36),
                  box(u, v, 0, -0.02, 0.85, 0.2, 0.18))
    bolt = union(convex(u, v, (0.05, 0.1), (-0.32, 0.62), (0.06, 0.55)),
                 convex(u, v, (-0.04, 0.46), (0.32, 0.42), (-0.14, 1.0)))
    return [("light", bolt), ("body", cloud)]


def car(u: Field, v: Field) -> list[Layer]:
    cabin = convex(u, v, (-0.66, 0.0), (-0.4, -0.5), (0.3, -0.5), (0.62, 0.0))
    windows = union(convex(u, v, (-0.46, -0.04), (-0.3, -0.36), (-0.09, -0.36), (-0.09, -0.04)),
                    convex(u, v, (0.06, -0.04), (0.06, -0.36), (0.22, -0.36), (0.42, -0.04)))
    wheels = union(circle(u, v, -0.5, 0.46, 0.25), circle(u, v, 0.5, 0.46, 0.25))
    hubs = union(circle(u, v, -0.5, 0.46, 0.09), circle(u, v, 0.5, 0.46, 0.09))
    return [("body", union(box(u, v, 0, 0.18, 0.97, 0.27, 0.15), cabin)), ("light", windows), ("dark", wheels),
            ("body", hubs)]


def clock(u: Field, v: Field) -> list[Layer]:
    bells = union(circle(u, v, -0.58, -0.68, 0.26), circle(u, v, 0.58, -0.68, 0.26))
    feet = union(line(u, v, -0.45, 0.7, -0.62, 0.93, 0.09), line(u, v, 0.45, 0.7, 0.62, 0.93, 0.09))
    hands = union(line(u, v, 0, 0.08, 0, -0.36, 0.075), line(u, v, 0, 0.08, 0.28, 0.24, 0.075))
    return [("shade", union(bells, feet)), ("body", circle(u, v, 0, 0.08, 0.8)), ("light", circle(u, v, 0, 0.08, 0.56)),
            ("dark", hands)]


def phone(u: Field, v: Field) -> list[Layer]:
    icons = union(*(box(u, v, x, y, 0.11, 0.11, 0.03) for x in (-0.18, 0.18) for y in (-0.42, -0.06, 0.3)))
    return [("body", box(u, v, 0, 0, 0.58, 0.98, 0.16)), ("light", box(u, v, 0, -0.07, 0.42, 0.66, 0.04)),
            ("body", icons), ("dark", circle(u, v, 0, 0.79, 0.09)), ("dark", line(u, v, -0.12, -0.85, 0.12, -0.85, 0.05))]


def whistle(u: Field, v: Field) -> list[Layer]:
    body = union(circle(u, v, -0.3, 0.2, 0.56), box(u, v, 0.32, -0.15, 0.66, 0.21, 0.05))
    loop = np.abs(circle(u, v, -0.84, -0.4, 0.16)) - 0.06
    return [("dark", loop), ("body", body), ("dark", circle(u, v, -0.3, 0.2, 0.24)),
            ("dark", convex(u, v, (0.12, -0.4), (0.42, -0.4), (0.32, -0.16), (0.12, -0.16)))]


def cat(u: Field, v: Field) -> list[Layer]:
    ears = union(convex(u, v, (-0.72, 0.1), (-0.68, -0.9), (-0.08, -0.32)),
                 convex(u, v, (0.72, 0.1), (0.68, -0.9), (0.08, -0.32)))
    inner = union(convex(u, v, (-0.56, -0.2), (-0.56, -0.6), (-0.3, -0.34)),
                  convex(u, v, (0.56, -0.2), (0.56, -0.6), (0.3, -0.34)))
    marks = union(circle(u, v, -0.28, 0.06, 0.11), circle(u, v, 0.28, 0.06, 0.11),
                  convex(u, v, (-0.12, 0.3), (0.12, 0.3), (0, 0.44)),
                  *(line(u, v, s * 0.4, y, s * 0.98, y + t, 0.045) for s in (-1, 1) for y, t in ((0.36, -0.06), (0.5, 0.08))))
    return [("body", union(ellipse(u, v, 0, 0.2, 0.75, 0.64), ears)), ("shade", inner), ("dark", marks)]


def dog(u: Field, v: Field) -> list[Layer]:
    ears = union(ellipse(u, v, -0.68, -0.1, 0.24, 0.56, 0.25), ellipse(u, v, 0.68, -0.1, 0.24, 0.56, -0.25))
    face = union(ellipse(u, v, 0, -0.05, 0.58, 0.72), ellipse(u, v, 0, 0.45, 0.46, 0.44))
    marks = union(circle(u, v, -0.25, -0.2, 0.11), circle(u, v, 0.25, -0.2, 0.11), ellipse(u, v, 0, 0.24, 0.19, 0.14),
                  line(u, v, 0, 0.3, 0, 0.56, 0.045), line(u, v, -0.2, 0.62, 0, 0.56, 0.045), line(u, v, 0.2, 0.62, 0, 0.56, 0.045))
    return [("body", face), ("shade", ears), ("light", ellipse(u, v, 0, 0.47, 0.34, 0.32)), ("dark", marks)]


def star(u: Field, v: Field) -> list[Layer]:
    step = 2 * math.pi / 5
    r = np.hypot(u, v - 0.05) / 1.05
    a = np.abs((np.arctan2(u, 0.05 - v) + step / 2) % step - step / 2)
    x, y = r * np.cos(a) - 0.95, r * np.sin(a)
    inner_x, inner_y = math.cos(step / 2) * 0.45 - 0.95, math.sin(step / 2) * 0.45
    n = math.hypot(inner_x, inner_y)
    return [("body", (x * inner_y - y * inner_x) / n)]


PAINTERS: tuple[Callable[[Field, Field], list[Layer]], ...] = (
    bell, drum, bird, siren, storm_cloud, car, clock, phone, whistle, cat, dog, star)
