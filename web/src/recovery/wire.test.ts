import { describe, expect, it } from "vitest";
import { contactOf, faceAddress } from "./wire";

describe("contactOf", () => {
  it.each([
    [" anna@example.org ", "anna@example.org"],
    ["+49 30 123-456", "+49 30 123-456"],
    ["0049 30 123456", "0049 30 123456"],
    ["+４９ 30 123456", "+49 30 123456"], // full-width digits
    ["030 123456", undefined], // of which country
    ["anna@example", undefined],
    ["anna @example.org", undefined],
    ["Anna <anna@example.org>", undefined],
    ["anna", undefined],
    ["", undefined],
  ])("%j is %j", (typed, want) => expect(contactOf(typed, ["email", "phone"])).toBe(want));
  it("takes no phone number where no text messages are sent", () => expect(contactOf("+49 30 123456", ["email"])).toBeUndefined());
});

describe("faceAddress", () => {
  it("leads to the other case on this page, in the same language", () =>
    expect(faceAddress("https://kyc.example/a/#case=case_2&token=bf_2", "#case=case_1&token=bf_1&lang=ar&doc=passport")).toBe("#case=case_2&token=bf_2&lang=ar"));
  it("leads nowhere else", () => expect(faceAddress("https://evil.example/x#case=c&token=t&to=evil", "#case=case_1&token=bf_1")).toBe("#case=c&token=t"));
});
