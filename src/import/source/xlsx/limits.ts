/** What a workbook may make the reader hold or do. A file that says less than it holds is refused as damaged. */

/** Parts of the archive: sheets, pictures, drawings. */
export const archiveEntriesMax = 10_000;
/** Bytes of the archive's directory, names and comments of its parts included. */
export const archiveDirectoryBytesMax = 8_388_608;
/** Unpacked bytes of a sheet: a million rows of 40 cells. */
export const sheetBytesMax = 2_147_483_648;
/** Unpacked bytes of the part that has the texts of all sheets. */
export const sharedStringsPartBytesMax = 1_073_741_824;
/** Unpacked bytes of any other part. */
export const smallPartBytesMax = 33_554_432;
/** How many times smaller than unpacked a part may be; sheets are rarely more than thirty times, bombs a thousand. */
export const packedRatioMax = 250;
/** Unpacked bytes up to which the ratio does not matter. */
export const anyRatioBytesMax = 16_777_216;
/** UTF-8 bytes of all shared strings together, which are held in memory. */
export const sharedStringsBytesMax = 268_435_456;
/** Shared strings of a workbook. */
export const sharedStringsMax = 8_388_608;
/** Cell formats of a workbook; Excel itself has 65,490 at most. */
export const cellFormatsMax = 65_536;
/** Characters of markup or text in one piece, of which the XML reader holds one. */
export const xmlTokenCharsMax = 1_048_576;
/** Nested XML elements: a sheet needs five. */
export const xmlDepthMax = 64;
/** Rows of a sheet, by the format. */
export const sheetRowsMax = 1_048_576;
/** Sheets that a message lists. */
export const sheetNamesShownMax = 20;
