/** A statement that this server deliberately does not hold, or that does not apply to it. */
export interface Deviation {
  readonly id: string;
  readonly reason: string;
}

/** The list is short on purpose: what is here has no test. */
export const deviations: readonly Deviation[] = [
  { id: "BU-4", reason: "does not apply: the base address ends in /v2, and no path is without a version" },
  { id: "AU-9", reason: "not offered: every request needs credentials" },
  { id: "H-11", reason: "not offered: Accept chooses the format" },
  {
    id: "H-14",
    reason: "does not apply: PATCH, Bulk and /Me are offered; POST of /Me alone is not, and is 405 (H-13)",
  },
  { id: "H-15", reason: "does not apply: no answer of SCIM is a redirection" },
  { id: "H-16", reason: "not offered: requests are not counted; a proxy in front can do it" },
  { id: "ME-1", reason: "does not apply: /Me is offered" },
  { id: "O-10", reason: "does not apply: sorting is offered" },
  { id: "X-6", reason: "not offered: a list is no resource and has no Location" },
  { id: "CU-7", reason: "not offered: the total is always known" },
  { id: "CU-12", reason: "does not apply: there are pages by index too, and they count when nobody says (CU-13)" },
  { id: "DL-4", reason: "not offered: what is deleted leaves the tables" },
  { id: "L-1", reason: "does not apply: the address is WSO2's, which has no version in it" },
  { id: "L-22", reason: "as WSO2 has it: all matches are in one list, without startIndex and itemsPerPage" },
  { id: "L-23", reason: "as WSO2 has it: a filter is one attribute and eq, other operators are 400" },
  { id: "L-25", reason: "not offered, and not by WSO2 either" },
  { id: "L-26", reason: "as WSO2 has it: a list shows all there are, and startIndex without a filter is 400" },
  { id: "L-37", reason: "does not apply: the configuration says that there are no versions" },
  { id: "L-41", reason: "not offered: the configuration says that XML is not supported" },
];
