/** Not answerable from what is kept: the caller fails as without a line. */
export class NotKept extends Error {}

/** Answered with an error of the protocol's own (RFC 8620 section 3.6.2). */
export class Refused extends Error {
  constructor(readonly type: string) {
    super(type)
  }
}
