import { describe, expect, test } from "bun:test";
import { etagMatches, etagOf } from "../../../src/scim/resource/etag.ts";

test("V-10 an ETag is weak, and its number is the version", () => {
  expect(etagOf(1)).toBe('W/"1"');
  expect(etagOf(1234567)).toBe('W/"1234567"');
});

describe("etagMatches", () => {
  test.each(['W/"7"', '"7"', "*", ' W/"7" ', 'W/"1",W/"7"', 'W/"1" , "7" , W/"9"', 'W/"1", *'])(
    "V-7 V-8 %p names version 7",
    (header) => {
      expect(etagMatches(header, 7)).toBe(true);
    },
  );

  test.each(["", " ", "7", "W/7", 'W/"77"', 'W/"07"', 'W/"7', '7"', 'w/"7"', '"W/7"', "**", "''7''", 'W/W/"7"', ",,,"])(
    "V-7 %p does not name version 7",
    (header) => {
      expect(etagMatches(header, 7)).toBe(false);
    },
  );

  test("the ETag of a version names that version alone", () => {
    for (const version of [1, 2, 10, 11, 111]) {
      for (const other of [1, 2, 10, 11, 111]) expect(etagMatches(etagOf(version), other)).toBe(version === other);
    }
  });
});
