import type { Input } from "../input.ts";
import { TableError } from "../table.ts";

/** The name of the stream that holds a workbook with a password ([MS-OFFCRYPTO] 2.3.4.4), as a compound file has it. */
const encryptedPackage = Buffer.from("EncryptedPackage", "utf16le");
/** Bytes looked through at the start, at the directory and at the end of a compound file. */
const lookedAtBytes = 65_536;
/** Where the header has the exponent of the sector size, and the first sector of the directory ([MS-CFB] 2.2). */
const sectorShiftAt = 30;
const directoryAt = 48;

/**
 * Refuses a compound file, which is a workbook with a password or one of Excel 97 to 2003.
 * Throws `unsupported_format`.
 */
export async function refuseOldOffice(input: Input): Promise<never> {
  const problem = (await isEncrypted(input))
    ? "the workbook is encrypted; open it in Excel, remove its password (File, Info, Protect Workbook) and save it"
    : "the file is an old Excel workbook (.xls); open it in Excel and save it as .xlsx or as CSV (UTF-8)";
  throw new TableError("unsupported_format", problem);
}

async function isEncrypted(input: Input): Promise<boolean> {
  const header = Buffer.from(await input.read(0, 512));
  if (header.length < 512) return false;
  const sectorBytes = 2 ** Math.min(header.readUInt16LE(sectorShiftAt), 12);
  const directory = (header.readUInt32LE(directoryAt) + 1) * sectorBytes;
  for (const offset of [0, directory, Math.max(0, input.size - lookedAtBytes)]) {
    if (Buffer.from(await input.read(offset, lookedAtBytes)).includes(encryptedPackage)) return true;
  }
  return false;
}
