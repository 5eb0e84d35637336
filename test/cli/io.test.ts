import { expect, test } from "bun:test";
import { type Output, processIo } from "../../src/cli/io.ts";

function outputs() {
  const texts = { out: "", err: "" };
  const into = (name: keyof typeof texts): Output => ({ write: (text) => (texts[name] += text), isTTY: true });
  return { texts, io: processIo(into("out"), into("err")) };
}

const hostile = "a\u001b[2J\u0007\r\u009b31m\u007f\n\tb";

test("what is asked for is one line, in which nothing steers the terminal", () => {
  const { texts, io } = outputs();
  io.out(hostile);
  expect(texts).toEqual({ out: "a\ufffd[2J\ufffd\ufffd\ufffd31m\ufffd\ufffd\ufffdb\n", err: "" });
});

test("text about the work may have lines and tabs, and steers nothing either", () => {
  const { texts, io } = outputs();
  io.err(hostile);
  expect(texts).toEqual({ out: "", err: "a\ufffd[2J\ufffd\ufffd\ufffd31m\ufffd\n\tb\n" });
});

test("what people write stays as it is", () => {
  const { texts, io } = outputs();
  io.out("Zoë 李 🦆 \u00a0");
  expect(texts.out).toBe("Zoë 李 🦆 \u00a0\n");
});

test("a line wipes what was drawn before it", () => {
  const { texts, io } = outputs();
  io.draw("50 %");
  io.out("done");
  io.err("gone");
  expect(texts).toEqual({ out: "done\n", err: "\r\u001b[K50 %\r\u001b[Kgone\n" });
});
