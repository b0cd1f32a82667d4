import type { KeyboardEvent } from 'react'

// The tree pattern of the ARIA practices: arrows walk, left and right fold.
export function walkTree(e: KeyboardEvent<HTMLDivElement>, tree: HTMLElement | null): void {
  const items = [...(tree?.querySelectorAll<HTMLElement>('[role=treeitem]') ?? [])]
  const at = items.indexOf(document.activeElement as HTMLElement)
  const here = items[at]
  if (!here) return
  const expanded = here.getAttribute('aria-expanded')
  const goTo = (el: HTMLElement | undefined): void => {
    if (!el) return
    e.preventDefault()
    el.focus()
  }
  switch (e.key) {
    case 'ArrowDown': return goTo(items[at + 1])
    case 'ArrowUp': return goTo(items[at - 1])
    case 'Home': return goTo(items[0])
    case 'End': return goTo(items.at(-1))
    case 'ArrowRight':
      if (expanded === 'false') twist(here)
      else if (expanded === 'true') goTo(items[at + 1])
      return
    case 'ArrowLeft': {
      if (expanded === 'true') return twist(here)
      const level = Number(here.getAttribute('aria-level'))
      return goTo(items.slice(0, at).findLast((i) => Number(i.getAttribute('aria-level')) < level))
    }
  }
}

function twist(item: HTMLElement): void {
  const target = item.querySelector<HTMLElement>('[data-twist]') ?? item
  target.click()
}
