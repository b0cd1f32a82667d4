import { describe, expect, test } from 'vitest'
import { shownType, viewKind } from './kinds'

describe('viewKind', () => {
  test.each([
    ['image/png', 'a', 'image'],
    ['IMAGE/JPEG; x=y', 'a', 'image'],
    ['image/tiff', 'a.tiff', 'none'],
    ['application/octet-stream', '公文.PDF', 'pdf'],
    ['application/octet-stream', 'a.exe', 'none'],
    ['text/plain', '名冊.csv', 'table'],
    ['text/plain', 'a', 'text'],
    ['text/html', 'a.html', 'text'],
    ['application/ms-tnef', 'x', 'tnef'],
    ['application/octet-stream', 'winmail.dat', 'tnef'],
    ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'a', 'office'],
    ['application/x-zip-compressed', 'a', 'archive'],
    ['message/rfc822', 'a', 'letter'],
    ['video/mp4', 'a', 'video'],
    ['', '', 'none'],
  ])('%s %s is %s', (type, name, want) => expect(viewKind(type, name)).toBe(want))

  test('the type of what is shown', () => {
    expect(shownType('application/octet-stream', 'a.JPG')).toBe('image/jpeg')
    expect(shownType('application/octet-stream', 'a.mp3')).toBe('audio/mpeg')
    expect(shownType('text/plain', 'a.jpg')).toBe('text/plain')
    expect(shownType('', 'a.html')).toBe('application/octet-stream')
  })
})
