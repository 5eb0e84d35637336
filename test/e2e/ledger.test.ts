import { describe, expect, test } from "bun:test";
import { Ledger } from "./support/ledger.ts";

const twoMembers = new Map([
  ["member g/a", "in"],
  ["member g/b", "in"],
]);

describe("the ledger of the kill loop", () => {
  test("takes what was acknowledged and is there", () => {
    const ledger = new Ledger();
    const parts = [new Map([["user ann", "1"]])];
    ledger.ask(parts);
    ledger.acknowledge(parts);
    expect(ledger.settle(new Map([["user ann", "1"]]))).toEqual({ there: 0, absent: 0 });
  });

  test.each([
    ["is not there", new Map<string, string>()],
    ["is there with another value", new Map([["user ann", "0"]])],
  ])("objects to what was acknowledged and %s", (_, found) => {
    const ledger = new Ledger();
    const parts = [new Map([["user ann", "1"]])];
    ledger.ask(parts);
    ledger.acknowledge(parts);
    expect(() => ledger.settle(found)).toThrow("user ann");
  });

  test("objects to what nobody asked for, and to what was ended and is there", () => {
    expect(() => new Ledger().settle(new Map([["user bob", "1"]]))).toThrow("user bob");
    const ledger = new Ledger();
    for (const value of ["1", undefined]) {
      const parts = [new Map([["user ann", value]])];
      ledger.ask(parts);
      ledger.acknowledge(parts);
    }
    expect(() => ledger.settle(new Map([["user ann", "1"]]))).toThrow("user ann");
  });

  test("takes what was asked for and not answered whole or not at all, and knows it from then on", () => {
    const there = new Ledger();
    there.ask([twoMembers]);
    expect(there.settle(twoMembers)).toEqual({ there: 1, absent: 0 });
    expect(() => there.settle(new Map())).toThrow("member g/a");
    const absent = new Ledger();
    absent.ask([twoMembers]);
    expect(absent.settle(new Map())).toEqual({ there: 0, absent: 1 });
  });

  test("objects to half of what was asked for", () => {
    const ledger = new Ledger();
    ledger.ask([twoMembers]);
    expect(() => ledger.settle(new Map([["member g/b", "in"]]))).toThrow("member g/b");
  });
});
