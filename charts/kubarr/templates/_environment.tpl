{{/* The variables of the container, each after those that it refers to by $(NAME). */}}
{{- define "kubarr.environment" -}}
{{- range $name, $row := .Files.Get "environment.yaml" | fromYaml }}
{{- if hasKey $row "value" }}
- name: {{ $name }}
  value: {{ $row.value | quote }}
{{- end }}
{{- end }}
- name: KUBARR_SECRET_KEY
  valueFrom:
    secretKeyRef: { name: {{ include "kubarr.secretKeyName" . }}, key: {{ .Values.secretKey.key }} }
- name: KUBARR_STORAGE_PATH
  value: {{ .Values.storage.mountPath | quote }}
{{- include "kubarr.databaseEnvironment" . }}
{{- range $name, $value := .Values.config }}
{{- $text := ternary ($value | int64 | toString) ($value | toString) (kindIs "float64" $value) }}
{{- if ne $text "" }}
- name: {{ $name }}
  value: {{ $text | quote }}
{{- end }}
{{- end }}
{{- range $name, $place := .Values.secretConfig }}
{{- if $place.name }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef: { name: {{ $place.name }}, key: {{ $place.key | default $name }} }
{{- end }}
{{- end }}
- name: NODE_OPTIONS
  value: --max-old-space-size={{ .Values.maxOldSpaceMiB }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "kubarr.databaseEnvironment" -}}
{{- $database := .Values.database }}
{{- if eq $database.mode "cnpg" }}
{{- $secret := printf "%s-app" $database.cnpg.clusterName }}
{{- $keys := dict "KUBARR_DB_PORT" "port" "KUBARR_DB_NAME" "dbname" "KUBARR_DB_USER" "username" "KUBARR_DB_PASSWORD" "password" }}
{{- if $database.cnpg.pooler.enabled }}
- name: KUBARR_DB_HOST
  value: {{ $database.cnpg.pooler.name | quote }}
{{- else }}
{{- $_ := set $keys "KUBARR_DB_HOST" "host" }}
{{- end }}
{{- range $name, $key := $keys }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef: { name: {{ $secret }}, key: {{ $key }} }
{{- end }}
{{- if and $database.cnpg.pooler.enabled (not .Values.secretConfig.KUBARR_DB_DIRECT_URL.name) }}
# The operator's passwords are letters and digits, so they can stand in an address.
- name: KUBARR_DB_DIRECT_URL
  value: postgres://$(KUBARR_DB_USER):$(KUBARR_DB_PASSWORD)@{{ $database.cnpg.clusterName }}-rw:$(KUBARR_DB_PORT)/$(KUBARR_DB_NAME)?sslmode=verify-full
{{- end }}
{{- else if eq $database.mode "external" }}
{{- with $database.external }}
- name: KUBARR_DB_HOST
  value: {{ .host | quote }}
- name: KUBARR_DB_PORT
  value: {{ .port | int | quote }}
- name: KUBARR_DB_NAME
  value: {{ .name | quote }}
- name: KUBARR_DB_USER
  value: {{ .user | quote }}
- name: KUBARR_DB_PASSWORD
  valueFrom:
    secretKeyRef: { name: {{ .existingSecret }}, key: {{ .passwordKey }} }
{{- end }}
{{- end }}
{{- with include "kubarr.databaseCa" . }}
- name: KUBARR_DB_SSL_CA
  value: /etc/kubarr/database-ca/{{ (fromJson .).key }}
{{- end }}
{{- end }}
