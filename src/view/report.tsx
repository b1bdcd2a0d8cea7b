/** The frame of the page: its head, the list of views, the views, and the foot. */
import type { ComponentType } from 'preact';
import { useErrorBoundary, useMemo } from 'preact/hooks';
import { ThemeProvider, ThemeSwitch } from './theme.tsx';
import { commandOf } from './documents.ts';
import { findViews } from './views.ts';
import type { NamedDocument, ReportData } from './view.ts';

export function Report({ data, notices }: { readonly data: ReportData; readonly notices: string }) {
  const { title, version, made, documents } = data;
  const views = useMemo(() => findViews(documents), [documents]);
  return (
    <ThemeProvider>
      <a class="skip" href="#views">Skip to the views</a>
      <header class="top">
        <div>
          <h1>{title}</h1>
          <p class="muted">sweepgen {version}, <time dateTime={made}>{new Date(made).toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short' })}</time></p>
        </div>
        <ThemeSwitch />
      </header>
      <nav aria-label="Views">
        {views.map(({ id, title: name }) => <a key={id} href={`#${id}`}>{name}</a>)}
      </nav>
      <main id="views" tabIndex={-1}>
        {documents.length > 1 && <Documents documents={documents} />}
        {views.map(({ id, title: heading, about, Content }) => (
          <section key={id} id={id} data-view={id} aria-labelledby={`${id}-title`}>
            <h2 id={`${id}-title`}>{heading}</h2>
            <p class="about">{about}</p>
            <Guarded Content={Content} />
          </section>
        ))}
        {views.length === 0 && <p>None of these documents holds anything to draw.</p>}
      </main>
      <footer>
        <details>
          <summary>Software in this page</summary>
          <pre>{notices}</pre>
        </details>
      </footer>
    </ThemeProvider>
  );
}

/** A view whose failure leaves the others alone. */
function Guarded({ Content }: { readonly Content: ComponentType }) {
  const [error] = useErrorBoundary((thrown: unknown) => console.error(thrown)) as [unknown, () => void];
  return error === undefined || error === null ? <Content /> : <p class="bad">This view could not be drawn: {error instanceof Error ? error.message : String(error)}. Its data is in the documents; please report it.</p>;
}

function Documents({ documents }: { readonly documents: readonly NamedDocument[] }) {
  return (
    <ol class="documents" aria-label="Documents">
      {documents.map((each, i) => <li key={i}><b>{each.name}</b> <span class="muted">{commandOf(each.document)}</span></li>)}
    </ol>
  );
}
