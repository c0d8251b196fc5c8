import { describe, expect, it } from "vitest";
import type { Case } from "./api";
import { nextTime } from "./app";
import { begin, bodyOf } from "./details";

describe("bodyOf", () => {
  const values = { surname: "KOSZEGI", birth_date: "1990-05-17", document_number: "" };
  it("names what was taken over and repeats no value of it", () =>
    expect(JSON.parse(bodyOf(["surname", "birth_date"], values, { surname: "KOSZEGI" }))).toEqual({
      birth_date: "1990-05-17",
      from_document: ["surname"],
    }));
  it("sends what was changed after the tap as typed", () =>
    expect(JSON.parse(bodyOf(["surname"], { surname: "Kőszegi" }, { surname: "KOSZEGI" }))).toEqual({ surname: "Kőszegi" }));
  it("leaves out what is empty or not asked for", () => expect(JSON.parse(bodyOf(["document_number"], values, {}))).toEqual({}));
});

describe("nextTime", () => {
  const at = (n: number) => new Date(n * 1000).toISOString();
  const kase = (own: number[], all?: number) =>
    ({ retry_at: all && at(all), plan: { items: own.map((n) => ({ retry_at: n ? at(n) : undefined })) } }) as unknown as Case;
  it("is the earliest that is still ahead", () => expect(nextTime(kase([50, 20, 5], 5), 10_000)).toBe(20_000));
  it("is none when everything can be sent", () => expect(nextTime(kase([0, 5]), 10_000)).toBe(0));
  it("is none without a case", () => expect(nextTime(undefined, 0)).toBe(0));
});

describe("begin", () => {
  const read = [{ field: "surname", value: "DOE" }, { field: "birth_date", value: "1990-01-31" }, { field: "sex", value: "F" }];
  const wanted = ["surname", "birth_date", "residence"];
  it.each([
    ["fills what is empty, of what is asked", {}, [], { surname: "DOE", birth_date: "1990-01-31" }],
    ["leaves what was typed", { surname: "Roe" }, ["surname"], { birth_date: "1990-01-31" }],
    ["leaves what was emptied", { surname: "" }, ["surname"], { birth_date: "1990-01-31" }],
    ["knows its own after a reload", { surname: "DOE" }, [], { surname: "DOE", birth_date: "1990-01-31" }],
  ] as const)("%s", (_, values, touched, want) => expect(begin(wanted, values, new Set(touched), read)).toEqual(want));
});
