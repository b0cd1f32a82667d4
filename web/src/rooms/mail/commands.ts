import type { Command } from '~/app/keys/commands'

/** What the mail room does by a key; the acts themselves are in use-keys. */
export const mailCommands: readonly Command[] = [
  { id: 'mail.next', label: 'keys.next', group: 'keys.move', keys: ['j', 'ArrowDown'], outlook: ['ArrowDown'] },
  { id: 'mail.previous', label: 'keys.previous', group: 'keys.move', keys: ['k', 'ArrowUp'], outlook: ['ArrowUp'] },
  { id: 'mail.open', label: 'keys.open', group: 'keys.move', keys: ['Enter', 'o'] },
  { id: 'mail.back', label: 'keys.back', group: 'keys.move', keys: ['Escape'] },
  { id: 'mail.search', label: 'keys.search', group: 'keys.move', keys: ['/'], outlook: ['alt+q'] },
  { id: 'mail.select', label: 'keys.select', group: 'keys.choose', keys: ['x'], outlook: ['mod+ '] },
  { id: 'mail.selectAll', label: 'keys.selectAll', group: 'keys.choose', keys: ['mod+a'] },
  { id: 'mail.range', label: 'keys.range', group: 'keys.choose', keys: ['shift+ArrowDown'] },
  { id: 'mail.archive', label: 'act.archive', group: 'keys.act', keys: ['e'] },
  { id: 'mail.delete', label: 'act.delete', group: 'keys.act', keys: ['#', 'Delete'], outlook: ['Delete'] },
  { id: 'mail.junk', label: 'act.junk', group: 'keys.act', keys: ['!'], outlook: ['j'] },
  { id: 'mail.suspicious', label: 'act.suspicious', group: 'keys.act', keys: ['p'] },
  { id: 'mail.snooze', label: 'act.snooze', group: 'keys.act', keys: ['b'] },
  { id: 'mail.remind', label: 'act.remind', group: 'keys.act', keys: ['h'] },
  { id: 'mail.mute', label: 'act.mute', group: 'keys.act', keys: ['m'] },
  { id: 'mail.move', label: 'act.move', group: 'keys.act', keys: ['v'], outlook: ['mod+V'] },
  { id: 'mail.label', label: 'act.label', group: 'keys.act', keys: ['l'] },
  { id: 'mail.important', label: 'act.important', group: 'keys.act', keys: ['i'] },
  { id: 'mail.star', label: 'act.star', group: 'keys.act', keys: ['s'], outlook: ['Insert'] },
  { id: 'mail.unread', label: 'act.markUnread', group: 'keys.act', keys: ['u'] },
  { id: 'mail.read', label: 'act.markRead', group: 'keys.act', keys: ['I'], outlook: ['q'] },
  { id: 'mail.new', label: 'compose.new', group: 'keys.write', keys: ['c'], outlook: ['n'] },
  { id: 'mail.reply', label: 'act.reply', group: 'keys.write', keys: ['r'] },
  { id: 'mail.replyAll', label: 'act.replyAll', group: 'keys.write', keys: ['a'], outlook: ['R'] },
  { id: 'mail.forward', label: 'act.forward', group: 'keys.write', keys: ['f'], outlook: ['F'] },
  // Bound in the sheet itself, so it is shown but not moved.
  { id: 'mail.send', label: 'compose.send', group: 'keys.write', fixed: ['mod+Enter'] },
]
