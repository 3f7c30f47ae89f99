// SPDX-License-Identifier: Apache-2.0
// The gateway's API. Whatever goes wrong is a Problem that says what and why.

import { events } from "./sse.js";

const url = (path) => new URL(path, document.baseURI).href;

/** The key that requests are sent with, for this tab; empty where none is needed. */
export const key = {
  get: () => sessionStorage.getItem("anymesh-key") ?? "",
  set: (text) => sessionStorage.setItem("anymesh-key", text.trim()),
};

/** Where clients find the API, for code to copy. */
export const BASE = url("v1");

/** kind: refused (the API said no), lost (no connection), cut (the stream ended in the middle). */
export class Problem extends Error {
  constructor(kind, message, details = {}) {
    super(message);
    this.kind = kind;
    this.status = details.status ?? null;
    this.type = details.type ?? null;
    this.code = details.code ?? null;
    this.param = details.param ?? null;
    this.retryAfter = details.retryAfter ?? null;
    this.requestId = details.requestId ?? null;
  }
}

function refused(error, response) {
  return new Problem("refused", error.message, {
    ...error,
    status: response.ok ? null : response.status,
    retryAfter: Number(response.headers.get("retry-after")) || null,
    requestId: response.headers.get("x-request-id"),
  });
}

async function send(path, options = {}) {
  const headers = new Headers(options.headers);
  if (key.get() !== "") headers.set("authorization", "Bearer " + key.get());
  let response;
  try {
    response = await fetch(url(path), { ...options, headers });
  } catch (failure) {
    if (failure.name === "AbortError") throw failure;
    throw new Problem("lost", "The gateway could not be reached.");
  }
  if (response.ok) return response;
  let error = null;
  try {
    error = (await response.json()).error;
  } catch {
    // Something in between answered, not the API.
  }
  throw refused(error ?? { message: "The answer was " + response.status + " " + response.statusText + "." }, response);
}

export async function models() {
  return (await (await send("v1/models")).json()).data;
}

export async function mesh() {
  return (await send("mesh")).json();
}

/** The chunks of an answer as they come. */
export async function* chat(request, signal) {
  const response = await send("v1/chat/completions", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
    signal,
  });
  try {
    for await (const data of events(response.body)) {
      if (data === "[DONE]") return;
      const chunk = JSON.parse(data);
      if (chunk.error) throw refused(chunk.error, response);
      yield chunk;
    }
  } catch (failure) {
    if (failure instanceof Problem || failure.name === "AbortError") throw failure;
    throw cut(response);
  }
  throw cut(response);
}

function cut(response) {
  return new Problem("cut", "The answer broke off before it was complete.", {
    requestId: response.headers.get("x-request-id"),
  });
}
