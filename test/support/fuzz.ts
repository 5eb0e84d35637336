/** Cases that a random test runs: a few where all tests run, `FUZZ_RUNS` where somebody has the time. */
export function fuzzRuns(few: number): number {
  return Number(process.env.FUZZ_RUNS ?? few);
}
