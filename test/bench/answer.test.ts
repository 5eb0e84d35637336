import { describe, expect, test } from "bun:test";
import { type Answer, AnswerReader, ProtocolError } from "../../src/bench/answer.ts";

const whole = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nX: y\r\n\r\nhello";
const chunked =
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3;a=b\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: x\r\n\r\n";

/** What comes of these pieces, one after the other. */
function read(...pieces: readonly string[]): (Answer | undefined)[] {
  const reader = new AnswerReader();
  return pieces.map((piece) => reader.push(Buffer.from(piece)));
}

const body = (answer: Answer | undefined): string | undefined => answer?.body.toString();

describe("an answer", () => {
  test.each([whole, chunked])("is whole with its last byte, however it is cut: %j", (text) => {
    for (let cut = 1; cut < text.length; cut++) {
      const [early, late] = read(text.slice(0, cut), text.slice(cut));
      expect([early, late?.status, body(late)]).toEqual([undefined, 200, "hello"]);
    }
    expect(
      read(...text)
        .map(body)
        .at(-1),
    ).toBe("hello");
  });

  test("of the next request follows on the same connection", () => {
    expect(read(whole, chunked, whole).map(body)).toEqual(["hello", "hello", "hello"]);
  });

  test("without a body ends with its head, whatever length that names", () => {
    const [gone, same] = read(
      "HTTP/1.1 204 No Content\r\n\r\n",
      "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
    );
    expect([gone?.status, body(gone), same?.status, body(same)]).toEqual([204, "", 304, ""]);
  });

  test("may have an interim one before it", () => {
    expect(body(read(`HTTP/1.1 100 Continue\r\n\r\n${whole}`)[0])).toBe("hello");
    expect(body(read("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", whole)[1])).toBe("hello");
  });

  test("without a length ends with the connection", () => {
    const reader = new AnswerReader();
    expect(reader.push(Buffer.from("HTTP/1.1 200 OK\r\n\r\nhel"))).toBeUndefined();
    expect(reader.push(Buffer.from("lo"))).toBeUndefined();
    const answer = reader.end();
    expect([body(answer), answer?.closes]).toEqual(["hello", true]);
  });

  test("that is cut by the end of the connection is none", () => {
    const reader = new AnswerReader();
    reader.push(Buffer.from(whole.slice(0, -1)));
    expect(reader.end()).toBeUndefined();
  });

  test("tells whether the connection ends with it", () => {
    const closing = "HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n";
    const old = "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n";
    expect([whole, closing, old].map((text) => read(text)[0]?.closes)).toEqual([false, true, true]);
  });
});

describe("what is no answer is refused:", () => {
  test.each([
    ["bytes behind its end", `${whole}x`],
    ["another protocol", "SSH-2.0-OpenSSH\r\n\r\n"],
    ["a length that is no number", "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello"],
    ["a chunk without its size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello\r\n"],
    ["a head without end", "HTTP/1.1 200 OK\r\n".padEnd(300_000, "x")],
  ])("%s", (_, text) => {
    expect(() => read(text)).toThrow(ProtocolError);
  });
});
