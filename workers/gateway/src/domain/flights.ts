interface Flight<Cargo> {
  version: number;
  cargo: Promise<Cargo>;
  landedAt: number | null;
}

interface Boarding<Cargo> {
  cargo: Promise<Cargo>;
  /** Whether this caller began the flight; the others joined it. */
  isFirst: boolean;
}

/**
 * Lets everybody who wants the same thing at the same time share one flight that fetches it. A flight can still be joined
 * shortly after it landed (`lingerMilliseconds`), by those who looked in vain before. Nobody gets cargo that was fetched
 * under an older version than the one they know. At most `capacity` flights are remembered.
 */
export function newFlights<Cargo>(limits: { lingerMilliseconds: number; capacity: number }) {
  const flights = new Map<string, Flight<Cargo>>();

  function isOver({ landedAt }: Flight<Cargo>): boolean {
    return landedAt !== null && Date.now() - landedAt >= limits.lingerMilliseconds;
  }

  /** In the order of departure, up to the first that is not over: not all are looked at each time. */
  function forgetOver(): void {
    for (const [key, flight] of flights) {
      if (!isOver(flight)) return;
      flights.delete(key);
    }
  }

  function makeRoom(): void {
    const [oldest] = flights.keys();
    if (oldest !== undefined && flights.size >= limits.capacity) flights.delete(oldest);
  }

  return (key: string, version: number, depart: () => Promise<Cargo>): Boarding<Cargo> => {
    forgetOver();
    const known = flights.get(key);
    if (known && !isOver(known) && known.version >= version) return { cargo: known.cargo, isFirst: false };
    const flight: Flight<Cargo> = { version, cargo: depart(), landedAt: null };
    const land = () => {
      flight.landedAt = Date.now();
    };
    flight.cargo.then(land, land);
    flights.delete(key);
    makeRoom();
    flights.set(key, flight);
    return { cargo: flight.cargo, isFirst: true };
  };
}
