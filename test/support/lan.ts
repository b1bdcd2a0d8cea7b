/** Hosts of a network of their own, each with a name, an address and a cable to the switch that can be cut. */
import { makeNamespaces, type Namespaces } from './namespaces.ts';

export interface Host extends Namespaces {
  readonly name: string;
  readonly address: string;
  /** Nothing gets to the host or from it, and no connection ends. */
  cut(): void;
  mend(): void;
}

export interface Lan<Name extends string> {
  readonly hosts: Readonly<Record<Name, Host>>;
  close(): Promise<void>;
}

/** Makes a network with hosts of these names, of at most nine letters. */
export async function startLan<Name extends string>(names: readonly Name[]): Promise<Lan<Name>> {
  const lan = await makeNamespaces();
  lan.run('ip', 'link', 'add', 'switch', 'type', 'bridge');
  lan.run('ip', 'link', 'set', 'switch', 'up');
  const hosts: Host[] = [];
  for (const [i, name] of names.entries()) {
    const own = await makeNamespaces(lan);
    const [port, address] = [`port-${name}`, `10.0.0.${i + 1}`];
    lan.run('ip', 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'cable', 'netns', String(own.pid));
    lan.run('ip', 'link', 'set', port, 'master', 'switch', 'up');
    own.run('hostname', name);
    own.run('ip', 'address', 'add', `${address}/24`, 'dev', 'cable');
    for (const device of ['lo', 'cable']) own.run('ip', 'link', 'set', device, 'up');
    hosts.push({ ...own, name, address, cut: () => lan.run('ip', 'link', 'set', port, 'down'), mend: () => lan.run('ip', 'link', 'set', port, 'up') });
  }
  return {
    hosts: Object.fromEntries(hosts.map((host) => [host.name, host])) as Record<Name, Host>,
    close: async () => { for (const each of [...hosts, lan]) await each.close(); },
  };
}
