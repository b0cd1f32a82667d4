import type { TemplateFile } from '~/api/types.gen'
import type { DraftFile } from '../compose/draft'

/** The files of a sheet as a template keeps them: those that are uploaded; pictures in the text are the text's. */
export function templateFiles(files: readonly DraftFile[]): TemplateFile[] {
  return files.flatMap((f) => (f.blobId && !f.cid ? [{ blobId: f.blobId, name: f.name, type: f.type || 'application/octet-stream', size: f.size }] : []))
}

/** The files of a template as they go on a sheet, beside those that are there. */
export function sheetFiles(have: readonly DraftFile[], files: readonly TemplateFile[]): DraftFile[] {
  const more = files.filter((f) => !have.some((h) => h.blobId === f.blobId && h.name === f.name))
  return [...have, ...more.map((f) => ({ key: crypto.randomUUID(), name: f.name, type: f.type, size: f.size, blobId: f.blobId }))]
}
