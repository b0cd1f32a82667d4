import { GlobalWorkerOptions, getDocument, type PDFDocumentLoadingTask } from 'pdfjs-dist/build/pdf.min.mjs'
import workerUrl from 'pdfjs-dist/build/pdf.worker.min.mjs?url'

GlobalWorkerOptions.workerSrc = workerUrl

/**
 * Opens a PDF of a stranger. Its scripts and forms are not run, nothing is
 * compiled at run time, and tables of characters and fonts come from our own
 * files: without them half of the documents of the region would be blank.
 */
export function openPdf(url: string): PDFDocumentLoadingTask {
  return getDocument({
    url,
    isEvalSupported: false,
    enableXfa: false,
    cMapUrl: '/pdf/cmaps/',
    cMapPacked: true,
    standardFontDataUrl: '/pdf/standard_fonts/',
    wasmUrl: '/pdf/wasm/',
    iccUrl: '/pdf/iccs/',
    // The page fetches for the worker, whose own policy allows no network.
    useWorkerFetch: false,
    maxImageSize: 64_000_000,
  })
}

export { PasswordResponses, TextLayer, type PDFDocumentProxy, type PDFPageProxy } from 'pdfjs-dist/build/pdf.min.mjs'
