/**
 * Generated sections of a Markdown page. The text between `<!-- generated: name -->` and
 * `<!-- end -->` belongs to the generator; everything else belongs to the author.
 */

/** Maps the name of a section to a function that returns its Markdown. */
export type Sections = Readonly<Record<string, () => string>>;

const MARKED = /^<!-- generated: ([\w-]+) -->\n[\s\S]*?^<!-- end -->$/gm;

/**
 * Returns `page` with each marked section replaced by its current text.
 * @throws Error if a marker names an unknown section
 */
export function fillSections(page: string, sections: Sections): string {
  return page.replace(MARKED, (_, name: string) => {
    const section = sections[name];
    if (section === undefined) throw new Error(`no generated section is called '${name}'; known: ${Object.keys(sections).join(', ')}`);
    return `<!-- generated: ${name} -->\n\n${section().trim()}\n\n<!-- end -->`;
  });
}
