// Writes what drawings are made of as text: elements and components without state.

import type { ComponentChild, VNode } from "preact";

const escape = (s: string) => s.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

export function markup(of: ComponentChild | readonly ComponentChild[]): string {
  if (of === null || of === undefined || typeof of === "boolean") return "";
  if (Array.isArray(of)) return of.map((c) => markup(c as ComponentChild)).join("");
  if (typeof of !== "object") return escape(String(of));
  const { type, props } = of as VNode<Record<string, unknown>>;
  if (typeof type === "function") return markup((type as (p: unknown) => ComponentChild)(props));
  const { children, ...attributes } = props;
  const text = Object.entries(attributes).filter(([, v]) => v !== undefined && v !== false).map(([k, v]) => ` ${k}="${escape(String(v))}"`).join("");
  return `<${type}${text}>${markup(children as ComponentChild)}</${type}>`;
}
