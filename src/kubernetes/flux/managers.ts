/** The field managers of Flux's controllers; older ones carry the prefix `gotk-`. */
export function isFluxManager(manager: string): boolean {
  return /^(gotk-)?(kustomize|helm)-controller$/.test(manager);
}

/** Controllers that set replicas on purpose: what they do is no drift. */
export function isAutoscaler(manager: string): boolean {
  return /^(kube-controller-manager|horizontal-pod-autoscaler|keda|vpa|flagger|rollouts-controller)\b/.test(manager);
}

/**
 * Programs that write to objects by themselves. That they set what Git leaves open is no drift, and where they fight with Flux over a
 * field that Git sets, it shows as a correction on every run.
 */
export function isOperator(manager: string): boolean {
  return (
    isAutoscaler(manager) ||
    /(controller|operator|manager|autoscaler|updater|webhook|injector)s?$/i.test(manager) ||
    /^(keda|vpa|flagger|argo|istio|linkerd|kyverno|gatekeeper|reloader|descheduler|crossplane)/i.test(manager)
  );
}

/** Clients whose fields kustomize-controller takes back at its next run, whether Git sets them or not (pkg/ssa/patch.go). */
export function isKubectl(manager: string): boolean {
  return manager.startsWith('kubectl') || manager === 'before-first-apply';
}
