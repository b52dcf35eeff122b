# Every way to a watched file.
. /scenarios/functions
start_agent <<YAML
watch: {paths: [/w/watched], secrets: {enabled: false}} # what is loaded at boot stays alone
rules: {at_stop: keep}
sinks: [{type: file, path: $PWD/events}]
YAML
await ready
ways /w/watched /w/scratch > table
sleep 4 # an event that lacks its end is complete after two seconds
stop_agent
