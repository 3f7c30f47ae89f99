// SPDX-License-Identifier: Apache-2.0
// Files in and out: what they are, how they are named, and how they travel in a request.

const BY_EXTENSION = {
  image: ["png", "jpg", "jpeg", "webp", "gif", "heic", "avif", "bmp", "tif", "tiff"],
  audio: ["wav", "mp3", "flac", "ogg", "oga", "opus", "aac", "m4a", "aif", "aiff", "caf", "amr", "wma"],
  video: ["mp4", "mov", "webm", "mkv", "avi", "ts"],
};

const EXTENSIONS = {
  "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "audio/wav": "wav", "audio/mpeg": "mp3",
  "audio/flac": "flac", "audio/ogg": "ogg", "audio/aac": "aac", "video/mp4": "mp4", "video/webm": "webm",
};

/** What the API calls a part of each modality. */
export const PART_TYPE = { image: "image_url", audio: "input_audio", video: "video_url" };

/** What people call them. */
export const NOUN = { text: "text", image: "picture", audio: "sound", video: "film" };

export function modalityOfPart(type) {
  return { image_url: "image", input_audio: "audio", audio_url: "audio", video_url: "video" }[type] ?? "text";
}

/** The modality of a file, by its type or else by its name; null if it is neither picture, sound nor film. */
export function modalityOf(file) {
  const kind = file.type.split("/")[0];
  if (kind in BY_EXTENSION) return kind;
  const extension = file.name.slice(file.name.lastIndexOf(".") + 1).toLowerCase();
  return Object.keys(BY_EXTENSION).find((modality) => BY_EXTENSION[modality].includes(extension)) ?? null;
}

/** A file as it is kept here: its bytes in base64 for requests, and a URL to show it by. */
export async function mediumOf(file, modality) {
  const url = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
  const mime = file.type || modality + "/" + file.name.slice(file.name.lastIndexOf(".") + 1).toLowerCase();
  return {
    modality, mime, name: file.name, bytes: file.size,
    base64: url.slice(url.indexOf(",") + 1), view: URL.createObjectURL(file),
  };
}

/** A part of an answer that is a medium. */
export function mediumOfPart(part, name) {
  const modality = modalityOfPart(part.type);
  let mime, base64;
  if (part.type === "input_audio") {
    const format = part.input_audio.format;
    mime = format === "mp3" ? "audio/mpeg" : format === "opus" ? "audio/ogg" : "audio/" + format;
    base64 = part.input_audio.data;
  } else {
    const url = part[part.type].url;
    mime = url.slice(5, url.indexOf(";"));
    base64 = url.slice(url.indexOf(",") + 1);
  }
  const file = new Blob([bytesOf(base64)], { type: mime });
  const extension = EXTENSIONS[mime] ?? mime.slice(mime.indexOf("/") + 1);
  return { modality, mime, name: name + "." + extension, bytes: file.size, base64, view: URL.createObjectURL(file) };
}

export function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** A medium as a part of a request; data turns it into what stands for its bytes, by default themselves. */
export function partOf(medium, data = (one) => one.base64) {
  const dataUrl = "data:" + medium.mime + ";base64," + data(medium);
  if (medium.modality !== "audio") {
    const type = PART_TYPE[medium.modality];
    return { type, [type]: { url: dataUrl } };
  }
  const format = { "audio/wav": "wav", "audio/x-wav": "wav", "audio/wave": "wav", "audio/mpeg": "mp3" }[medium.mime];
  return format
    ? { type: "input_audio", input_audio: { data: data(medium), format } }
    : { type: "audio_url", audio_url: { url: dataUrl } };
}
