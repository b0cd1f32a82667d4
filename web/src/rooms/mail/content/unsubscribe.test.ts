import { expect, test } from 'vitest'
import type { Email } from '~/api/jmap'
import { UNSUBSCRIBE, unsubscribe } from './unsubscribe'

test.each([
  [['https://list.example/u?x=1'], { kind: 'web', url: 'https://list.example/u?x=1', host: 'list.example' }],
  [['https://list.example/u', 'mailto:leave%2Bme@list.example?subject=bye&body=now'], { kind: 'mail', to: 'leave+me@list.example', subject: 'bye', text: 'now' }],
  [['mailto:a@list.example'], { kind: 'mail', to: 'a@list.example', subject: 'unsubscribe', text: '' }],
  [['mailto:a@x.example,b@x.example'], null],
  [['http://list.example/u', 'javascript:alert(1)', 'nonsense'], null],
  [null, null],
  [undefined, null],
])('%j', (urls, want) => expect(unsubscribe({ [UNSUBSCRIBE]: urls } as unknown as Email)).toEqual(want))
