/** What the system refuses, in words: no file, no permission, no room. */

import { getSystemErrorMap } from "node:util";

const REASONS = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is no folder",
  EEXIST: "there is something else of that name",
  EACCES: "this user is not allowed to",
  EPERM: "this user is not allowed to",
  EROFS: "the file system is read-only",
  ENOSPC: "no space is left on the device",
  EDQUOT: "no space is left for this user",
  ERR_FS_FILE_TOO_LARGE: "it is too large",
};

/** Whether the system said no, and not a defect of this program: an address in use, a folder that is not there. */
export function isSystemError(error) {
  return error instanceof Error && typeof error.code === "string" && typeof error.errno === "number";
}

/** @param {NodeJS.ErrnoException} error */
export function reasonOf({ code, errno, message }) {
  return REASONS[code] ?? getSystemErrorMap().get(errno)?.[1] ?? code ?? message;
}
