import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Client, newKey, Problem } from "./api";

const client = new Client("case_1", "bf_tok_1");
const calls = vi.fn<typeof fetch>();

beforeEach(() => vi.stubGlobal("fetch", calls));
afterEach(() => {
  vi.unstubAllGlobals();
  calls.mockReset();
});

const answer = (status: number, body: unknown) => new Response(typeof body === "string" ? body : JSON.stringify(body), { status });
const problem = (status: number, code: string) => answer(status, { type: `urn:bonafide:problem:${code}`, detail: "x" });
const caught = async (p: Promise<unknown>): Promise<Problem> => p.then(() => expect.fail("no problem"), (e: Problem) => e);

describe("Client", () => {
  it("sends the token in a header and never in the address", async () => {
    calls.mockResolvedValueOnce(answer(200, { id: "case_1" }));
    await client.read();
    const [url, init] = calls.mock.calls[0]!;
    expect(url).toBe("/v1/cases/case_1");
    expect(new Headers(init?.headers).get("Authorization")).toBe("Bearer bf_tok_1");
  });

  it("asks for the chosen language, and for none before", async () => {
    calls.mockImplementation(() => Promise.resolve(answer(200, [])));
    const own = new Client("case_1", "bf_tok_1");
    await own.reasons();
    own.language = "zh-Hans";
    await own.reasons();
    await own.submit("face", "x", "key");
    expect(calls.mock.calls.map(([url]) => url)).toEqual(["/v1/findings", "/v1/findings?locale=zh-Hans", "/v1/cases/case_1/submissions/face?locale=zh-Hans"]);
  });

  it("waits for the first request with the key while it is under way", async () => {
    calls.mockResolvedValueOnce(problem(409, "in_progress")).mockResolvedValueOnce(answer(200, { accepted: true }));
    expect(await client.submit("face", "x", "key", 1)).toEqual({ accepted: true });
    expect(calls.mock.calls.map(([, init]) => new Headers(init?.headers).get("Idempotency-Key"))).toEqual(["key", "key"]);
  });

  it.each([
    ["no answer", () => Promise.reject(new TypeError("failed")), "network", 0, true],
    ["an answer that was cut off", () => Promise.resolve(answer(200, '{"acc')), "network", 0, true],
    ["a proxy's page", () => Promise.resolve(answer(502, "<html>")), "internal", 502, true],
    ["our fault", () => Promise.resolve(problem(500, "internal")), "internal", 500, true],
    ["expired", () => Promise.resolve(problem(401, "whatever")), "not_signed_in", 401, false],
    ["moved on", () => Promise.resolve(problem(409, "not_allowed")), "not_allowed", 409, false],
    ["too large", () => Promise.resolve(problem(413, "too_large")), "too_large", 413, false],
  ] as const)("names %s", async (_, doing, code, status, unanswered) => {
    calls.mockImplementationOnce(doing);
    const e = await caught(client.submit("face", "x", "key"));
    expect([e.code, e.status, e.unanswered]).toEqual([code, status, unanswered]);
  });
});

it("draws a key of 128 bits", () => {
  expect(newKey()).toMatch(/^[0-9a-f]{32}$/);
  expect(newKey()).not.toBe(newKey());
});
