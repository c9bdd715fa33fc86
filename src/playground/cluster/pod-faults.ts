/** What pods of an image meet: a crash, a missing image, a missing Secret, too little memory, never or late readiness. */
export type Fault = 'crash' | 'pull' | 'config' | 'oom' | 'stall' | 'slow';

const byTag: Readonly<Record<string, Fault>> = {
  crash: 'crash',
  pull: 'pull',
  config: 'config',
  oom: 'oom',
  unready: 'stall',
  slow: 'slow',
};

/** A tag may ask for a fault: `1.1.0-crash`. */
function faultOfTag(image: string): Fault | null {
  const tag = image.split('@')[0]?.split(':').at(-1) ?? '';
  const word = /-([a-z]+)$/.exec(tag)?.[1] ?? '';
  return byTag[word] ?? null;
}

/** Which fault meets the pods of which image. */
export interface PodFaults {
  /** The next image of this service that no pod has run yet. */
  readonly failNext: (service: string, fault: Fault) => void;
  /** Gives the fault that was ordered for this service's next image to that image. */
  readonly meetImage: (service: string, image: string) => void;
  /** What pods of this image meet from now on; null is nothing. */
  readonly decide: (image: string, fault: Fault | null) => void;
  readonly faultOf: (service: string, image: string) => Fault | null;
}

export function createPodFaults(): PodFaults {
  const ordered = new Map<string, Fault>();
  const met = new Map<string, Fault>();
  const decided = new Map<string, Fault | null>();
  return {
    failNext: (service, fault) => void ordered.set(service, fault),
    meetImage: (service, image) => {
      const fault = ordered.get(service);
      if (fault === undefined) return;
      ordered.delete(service);
      met.set(`${service} ${image}`, fault);
    },
    decide: (image, fault) => void decided.set(image, fault),
    faultOf: (service, image) => {
      const said = decided.get(image);
      return said === undefined ? (met.get(`${service} ${image}`) ?? faultOfTag(image)) : said;
    },
  };
}
