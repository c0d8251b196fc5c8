import { describe, expect, it } from "vitest";
import { iso, monthNames, order, withPart, written } from "./dates";

describe("iso", () => {
  it.each([
    ["1986-4-9", "1986-04-09"],
    ["1986-04-09", "1986-04-09"],
    ["2024-2-29", "2024-02-29"],
    ["2023-02-29", undefined],
    ["1986-02-31", undefined],
    ["1986-13-01", undefined],
    ["86-04-09", undefined],
    ["1986--09", undefined],
    ["", undefined],
    ["1962-XX-XX", undefined],
  ])("%s", (value, want) => expect(iso(value)).toBe(want));
});

describe("withPart", () => {
  it("keeps the other parts and digits only", () => {
    expect(withPart("1986-04-", "day", "9.")).toBe("1986-04-9");
    expect(withPart("", "year", "1986")).toBe("1986--");
  });
  it.each([["١٩٨٦"], ["۱۹۸۶"], ["१९८६"], ["１９８６"], ["১৯৮৬"]])("reads the digits of any keyboard: %s", (year) =>
    expect(withPart("", "year", year)).toBe("1986--"),
  );
  it("is empty again when every part is", () => expect(withPart("--9", "day", "")).toBe(""));
});

describe("order", () => {
  it.each([
    ["en-GB", "day month year"],
    ["en-US", "month day year"],
    ["hu", "year month day"],
    ["fa-IR", "day month year"],
  ])("%s", (locale, want) => expect(order(locale).join(" ")).toBe(want));
});

it("names twelve months of our calendar", () => {
  expect(new Set(monthNames("en-GB")).size).toBe(12);
  expect(monthNames("en-GB")[0]).toBe("Jan");
});

describe("written", () => {
  const marked = (a: string, b: string) => written(a, b, "en-GB").filter((x) => x.differs).map((x) => x.text);
  it("writes the month in words", () => {
    expect(written("1986-04-09", "1986-04-09", "en-GB").map((x) => x.text).join("")).toBe("9 April 1986");
  });
  it("marks what differs", () => {
    expect(marked("1986-04-09", "1986-04-10")).toEqual(["9"]);
    expect(marked("1986-04-09", "1986-09-04")).toEqual(["9", "April"]);
    expect(marked("1986-04-09", "1986-04-09")).toEqual([]);
  });
  it("leaves what is no full date as it is", () => {
    expect(written("1962-XX-XX", "1962-01-01", "en-GB")).toEqual([{ text: "1962-XX-XX", differs: false }]);
    expect(marked("1962-01-01", "1962-XX-XX")).toEqual(["1", "January"]);
  });
});
