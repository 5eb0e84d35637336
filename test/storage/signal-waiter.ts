import { writeSignal } from "../../src/storage/write-signal.ts";

declare const self: Worker;

// A thread that waits for the signal in the memory it is given; it would give up only long after the test.
self.onmessage = ({ data }: MessageEvent<SharedArrayBuffer>) => {
  self.postMessage("waiting");
  writeSignal(data).waitUntilLowered(60_000);
  self.postMessage("lowered");
};
