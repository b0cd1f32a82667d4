import { afterEach } from 'vitest'
import { cleanup } from '@testing-library/react'
import { speak } from '~/kit/i18n'

// Every unit test speaks English unless it says otherwise.
await speak('en')
afterEach(cleanup)
