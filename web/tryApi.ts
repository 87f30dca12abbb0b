/** Longer responses are cut. */
const MAX_SHOWN = 20_000

/** Lets readers of the API's documentation send requests: fills in the address, and shows the response. */
export function tryApi(): void {
  const forms = document.querySelectorAll<HTMLFormElement>('form[data-try]')
  if (forms.length === 0) return
  document.documentElement.classList.add('scripted')
  for (const form of forms) {
    const show = () => {
      const address = addressOf(form)
      form.querySelector('[data-curl]')!.textContent = `curl '${location.origin}${address.replaceAll("'", '%27')}'`
      form.querySelector<HTMLAnchorElement>('[data-address]')!.href = address
    }
    form.addEventListener('input', show)
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      void send(addressOf(form), form.querySelector('output')!)
    })
  }
  openTarget()
  addEventListener('hashchange', openTarget)
}

/** Unfolds the operation that the address names. */
function openTarget(): void {
  const target = document.getElementById(location.hash.slice(1))
  if (target instanceof HTMLDetailsElement) target.open = true
}

/** Returns the path and the query for the values of a form. */
function addressOf(form: HTMLFormElement): string {
  let path = form.getAttribute('action')!
  const search = new URLSearchParams()
  for (const { name, value, dataset } of form.querySelectorAll<HTMLInputElement>('[name]')) {
    if (dataset.in === 'path') path = path.replace(`{${name}}`, encodeURIComponent(value))
    else if (value !== '') search.append(name, value)
  }
  return search.size === 0 ? path : `${path}?${search}`
}

async function send(address: string, output: HTMLOutputElement): Promise<void> {
  const started = performance.now()
  try {
    const response = await fetch(address)
    const type = response.headers.get('content-type') ?? ''
    const text = type.includes('gzip') ? '' : await response.text()
    const milliseconds = Math.round(performance.now() - started)
    const status = `${response.status} ${response.statusText} · ${type} · ${milliseconds} ms`
    output.replaceChildren(paragraph(status), block(type.includes('json') ? indented(text) : text))
  } catch (error) {
    output.replaceChildren(paragraph(String(error)))
  }
}

const indented = (json: string) => JSON.stringify(JSON.parse(json), null, 2)

const paragraph = (text: string) => Object.assign(document.createElement('p'), { textContent: text })

function block(text: string): HTMLPreElement {
  const shown = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text
  return Object.assign(document.createElement('pre'), { textContent: shown, tabIndex: 0 })
}
