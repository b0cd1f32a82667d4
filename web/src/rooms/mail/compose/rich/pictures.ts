/** Beyond this width a picture in a letter is larger than any screen shows it. */
export const WIDE = 1600
const HEAVY = 400_000

/** Whether a picture is worth being made smaller before it is sent. */
export async function isLarge(file: File): Promise<boolean> {
  if (file.size < HEAVY || file.type === 'image/gif') return false
  const size = await sizeOf(file).catch(() => null)
  return size !== null && size.width > WIDE
}

async function sizeOf(file: Blob): Promise<{ width: number; height: number }> {
  const bitmap = await createImageBitmap(file)
  const size = { width: bitmap.width, height: bitmap.height }
  bitmap.close()
  return size
}

/** The same picture, no wider than a screen. */
export async function smaller(file: File): Promise<File> {
  const bitmap = await createImageBitmap(file)
  const scale = Math.min(1, WIDE / bitmap.width)
  const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale))
  const pen = canvas.getContext('2d')
  if (!pen) throw new Error('no canvas')
  if (file.type !== 'image/png') {
    pen.fillStyle = '#fff'
    pen.fillRect(0, 0, canvas.width, canvas.height)
  }
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  bitmap.close()
  const type = file.type === 'image/png' ? 'image/png' : 'image/jpeg'
  const blob = await canvas.convertToBlob({ type, quality: 0.85 })
  return blob.size < file.size ? new File([blob], file.name, { type }) : file
}
