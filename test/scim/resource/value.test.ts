import { describe, expect, test } from "bun:test";
import { instantOf } from "../../../src/scim/resource/value.ts";
import { accepted, issuesOf, readDevice } from "./fixture.ts";

describe("a dateTime", () => {
  const instants: readonly (readonly [string, string])[] = [
    ["2026-11-22T09:30:00Z", "2026-11-22T09:30:00.000Z"],
    ["2026-11-22T09:30:00+02:00", "2026-11-22T07:30:00.000Z"],
    ["2026-11-22T09:30:00-05:30", "2026-11-22T15:00:00.000Z"],
    ["2026-11-22T09:30:00+14:00", "2026-11-21T19:30:00.000Z"],
    ["2026-11-22T09:30:00.5Z", "2026-11-22T09:30:00.500Z"],
    ["2026-11-22T09:30:00.123456789Z", "2026-11-22T09:30:00.123Z"],
    ["2026-11-22T00:00:00Z", "2026-11-22T00:00:00.000Z"],
    ["2026-11-22T23:59:59.999Z", "2026-11-22T23:59:59.999Z"],
    ["1969-12-31T23:59:59Z", "1969-12-31T23:59:59.000Z"],
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"],
    ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
    ["2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000Z"],
  ];

  test.each(instants)("DT-5 %s is the instant %s, and is kept as it was written", (text, instant) => {
    expect(new Date(instantOf(text) ?? Number.NaN).toISOString()).toBe(instant);
    expect(accepted(readDevice({ built: text }), "built")).toBe(text);
  });

  test("DT-5 AM-27 without a zone is in UTC, wherever the server stands", () => {
    expect(instantOf("2026-11-22T09:30:00")).toBe(Date.UTC(2026, 10, 22, 9, 30));
    expect(instantOf("2026-11-22T09:30:00.25")).toBe(Date.UTC(2026, 10, 22, 9, 30, 0, 250));
  });

  test.each([
    ["a day without a time", "2026-11-22"],
    ["a time without a day", "09:30:00Z"],
    ["no seconds", "2026-11-22T09:30Z"],
    ["a blank for the T", "2026-11-22 09:30:00Z"],
    ["a small t", "2026-11-22t09:30:00z"],
    ["29 February of a common year", "2026-02-29T00:00:00Z"],
    ["29 February of a century", "1900-02-29T00:00:00Z"],
    ["31 April", "2026-04-31T00:00:00Z"],
    ["day 0", "2026-11-00T00:00:00Z"],
    ["day 32", "2026-01-32T00:00:00Z"],
    ["month 0", "2026-00-01T00:00:00Z"],
    ["month 13", "2026-13-01T00:00:00Z"],
    ["hour 24", "2026-11-22T24:00:00Z"],
    ["minute 60", "2026-11-22T09:60:00Z"],
    ["second 60", "2026-11-22T09:30:60Z"],
    ["an offset of 25 hours", "2026-11-22T09:30:00+25:00"],
    ["an offset of 60 minutes", "2026-11-22T09:30:00+01:60"],
    ["an offset without its colon", "2026-11-22T09:30:00+0200"],
    ["the name of a zone", "2026-11-22T09:30:00CET"],
    ["two digits of a year", "26-11-22T09:30:00Z"],
    ["a point without a fraction", "2026-11-22T09:30:00.Z"],
    ["a blank in front", " 2026-11-22T09:30:00Z"],
    ["a line end behind", "2026-11-22T09:30:00Z\n"],
    ["digits of another script", "٢٠٢٦-11-22T09:30:00Z"],
    ["nothing", ""],
    ["a number as text", "1795339800"],
    ["a date of another form", "Sun, 22 Nov 2026 09:30:00 GMT"],
  ])("DT-5 %s is none", (_, text) => {
    expect(instantOf(text)).toBeUndefined();
    expect(issuesOf(readDevice({ built: text }))).toEqual(["built: bad_value"]);
  });
});

describe("a binary", () => {
  test.each(["", "QUJD", "QUI=", "QQ==", "QUI", "QQ", "+/+/", "-_-_", "A".repeat(400)])(
    "DT-6 %p is base64, with padding or without",
    (text) => {
      expect(accepted(readDevice({ key: text }), "key")).toBe(text);
    },
  );

  test.each(["*", "QU D", "QUJD\n", "=QUJD", "QQ===", "Q=QQ", "ü", "QUJD.", "\0"])("DT-6 %p is none", (text) => {
    expect(issuesOf(readDevice({ key: text }))).toEqual(["key: bad_value"]);
  });

  test.each(["Q", "QUJDR", "Q==="])("DT-6 %p is none: one character of four is no byte", (text) => {
    expect(issuesOf(readDevice({ key: text }))).toEqual(["key: bad_value"]);
  });
});
