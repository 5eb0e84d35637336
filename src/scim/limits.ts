/** Limits of the engine. Each is checked before the work it bounds. */

/** Long enough for any filter a provisioning client sends, short enough to lex in microseconds. */
export const filterCharsMax = 16_384;
/** Nesting of parentheses and brackets: parsing recurses once per level. */
export const filterDepthMax = 32;
/** Comparisons in one filter: each becomes a condition in SQL. */
export const filterTermsMax = 256;
/** Resources in one page of a list (announced as `filter.maxResults`). */
export const pageResourcesMax = 1000;
/** Resources in a page when the client names no `count`. */
export const pageResourcesDefault = 100;
/** Seconds for which a cursor is good after the page that it came with (announced as `pagination.cursorTimeout`). */
export const cursorSecondsMax = 86_400;
/** Members that the groups of one page show together: about 16 MB of answer. */
export const pageMembershipsMax = 100_000;
/** Members that are shown together with a group; more are streamed, and a PATCH does not send them back. */
export const joinedMembersMax = 1000;
/** Members in a piece of a stream: about 200 KB of text, and three milliseconds of work. */
export const streamedMembersMax = 1000;
/** Members of a group that a PATCH may select by a filter on something else than their `value`: all are read. */
export const filteredMembersMax = 100_000;
/** Characters of one simple value; far above any legal photo URI or certificate, below a body that hurts. */
export const valueCharsMax = 262_144;
/** Values of one multi-valued attribute other than `members`. */
export const multiValuesMax = 1000;
/** Members in one request body (RFC 7644 names no figure; a body of this many is about 5 MB). */
export const requestMembersMax = 100_000;
/** Problems reported for one resource; the rest are counted. */
export const issuesMax = 20;
/** Operations in one PATCH; each is a step over the resource. */
export const patchOperationsMax = 1000;
/** Comparisons of the operations in one PATCH with the values they look at: about half a second of work. */
export const patchComparisonsMax = 2_000_000;
