// SPDX-License-Identifier: Apache-2.0
// Quantities as people read them.

export function milliseconds(value) {
  if (value < 10) return value.toFixed(1) + " ms";
  if (value < 1000) return Math.round(value) + " ms";
  return (value / 1000).toFixed(value < 10_000 ? 2 : 1) + " s";
}

export function bytes(value) {
  if (value < 1000) return value + " B";
  if (value < 1_000_000) return (value / 1000).toFixed(value < 10_000 ? 1 : 0) + " kB";
  return (value / 1_000_000).toFixed(1) + " MB";
}

export function percent(share) {
  const value = share * 100;
  return (value > 0 && value < 1 ? value.toFixed(1) : Math.round(value)) + " %";
}

export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return Math.floor(whole / 60) + ":" + String(whole % 60).padStart(2, "0");
}

export function count(number, one, many) {
  return number + " " + (number === 1 ? one : many);
}
