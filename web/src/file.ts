// What can be told of a file before it is sent, so that nobody waits for an
// upload that must fail.

// maxBytes is the most that the server takes.
export const maxBytes = 20 * 1024 * 1024;

const kinds = ["image/jpeg", "image/jpg", "image/png", "image/webp", "image/heic", "image/heif"];

// accept is offered to the file chooser.
export const accept = kinds.filter((k) => k !== "image/jpg").join(",");

// unfit says why a file cannot be sent. Files whose kind the browser does not
// know are left to the server, which looks at the content.
export function unfit(file: { size: number; type: string }): "empty" | "too_large" | "no_photo" | undefined {
  if (file.size === 0) return "empty";
  if (file.type !== "" && file.type !== "application/octet-stream" && !kinds.includes(file.type.toLowerCase())) return "no_photo";
  return file.size > maxBytes ? "too_large" : undefined;
}

// megabytes writes a size for people, rounded up: what is too large looks so.
export function megabytes(bytes: number, locale: string): string {
  const tenths = Math.ceil((bytes * 10) / (1024 * 1024)) / 10;
  return new Intl.NumberFormat(locale, { style: "unit", unit: "megabyte", maximumFractionDigits: 1 }).format(tenths);
}
