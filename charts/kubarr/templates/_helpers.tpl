{{/* Names and labels. Selectors hold only what never changes: name, instance, component. */}}
{{- define "kubarr.name" -}}
{{ .Values.nameOverride | default .Chart.Name }}
{{- end }}

{{- define "kubarr.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{ .Values.fullnameOverride }}
{{- else if contains (include "kubarr.name" .) .Release.Name -}}
{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-%s" .Release.Name (include "kubarr.name" .) | trunc 40 | trimSuffix "-" }}
{{- end -}}
{{- end }}

{{- define "kubarr.selector" -}}
app.kubernetes.io/name: {{ include "kubarr.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: backend
{{- end }}

{{- define "kubarr.labels" -}}
{{ include "kubarr.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: kubarr
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "kubarr.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ .Values.serviceAccount.name | default (include "kubarr.fullname" .) }}
{{- else -}}
{{ .Values.serviceAccount.name | default "default" }}
{{- end -}}
{{- end }}

{{- define "kubarr.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end -}}
{{- end }}

{{- define "kubarr.secretKeyName" -}}
{{ .Values.secretKey.existingSecret | default (printf "%s-secret-key" (include "kubarr.fullname" .)) }}
{{- end }}

{{- define "kubarr.storageClaim" -}}
{{ ternary .Values.storage.existingClaim (printf "%s-data" (include "kubarr.fullname" .)) (eq .Values.storage.type "existingClaim") }}
{{- end }}

{{- define "kubarr.stateClaim" -}}
{{ .Values.database.embedded.existingClaim | default (printf "%s-state" (include "kubarr.fullname" .)) }}
{{- end }}

{{/* A volume that only one node can mount: then the old pod must end before the new one starts. */}}
{{- define "kubarr.oneAtATime" -}}
{{- $own := and (eq .Values.storage.type "pvc") (eq .Values.storage.pvc.accessMode "ReadWriteOnce") -}}
{{- if or $own (eq .Values.database.mode "embedded") }}true{{ end -}}
{{- end }}

{{/* Whether the pod holds a token for the Kubernetes API: for the chart's roles, or those of an account made by hand. */}}
{{- define "kubarr.asksCluster" -}}
{{- if or .Values.rbac.create (not .Values.serviceAccount.create) }}true{{ end -}}
{{- end }}

{{/* The secret and the key of the certificate authority; empty without TLS. */}}
{{- define "kubarr.databaseCa" -}}
{{- with .Values.database -}}
{{- if eq .mode "cnpg" }}{{ dict "name" (printf "%s-ca" .cnpg.clusterName) "key" "ca.crt" | toJson }}
{{- else if and (eq .mode "external") .external.ca.existingSecret }}{{ dict "name" .external.ca.existingSecret "key" .external.ca.key | toJson }}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Rules between two values, which the schema cannot express. */}}
{{- define "kubarr.refuse" -}}
{{- if gt (int .Values.replicas) 1 -}}
{{- if eq .Values.database.mode "embedded" }}{{ fail "replicas: the embedded PostgreSQL belongs to one process. Use database.mode cnpg or external for more than one replica." }}{{ end -}}
{{- if include "kubarr.oneAtATime" . }}{{ fail "replicas: a volume with ReadWriteOnce can be mounted on one node only. For more than one replica use storage.type nfs, or a claim with ReadWriteMany (storage.type existingClaim)." }}{{ end -}}
{{- end -}}
{{- if and .Values.rbac.create (not .Values.serviceAccount.create) (not .Values.serviceAccount.name) }}{{ fail "serviceAccount.name: name the account that you made. Roles are not given to `default`, which every pod of the namespace has." }}{{ end -}}
{{- if and .Values.rbac.install.enabled (not .Values.rbac.install.namespaces) }}{{ fail "rbac.install.namespaces: name the namespaces that are given to apps, or set rbac.install.enabled to false." }}{{ end -}}
{{- if has .Release.Namespace .Values.rbac.install.namespaces }}{{ fail (printf "rbac.install.namespaces: %s is the namespace of Kubarr and its database, and is never given to apps." .Release.Namespace) }}{{ end -}}
{{- end }}
