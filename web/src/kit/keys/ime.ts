/**
 * composing tells whether a key belongs to an input method. Some input methods
 * send the Enter that ends a composition with isComposing already false but
 * with key code 229, so both are asked.
 */
export function composing(e: { isComposing?: boolean; keyCode?: number; nativeEvent?: { isComposing?: boolean; keyCode?: number } }): boolean {
  const n = e.nativeEvent ?? e
  return n.isComposing === true || n.keyCode === 229
}
