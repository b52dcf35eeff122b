# Audit is locked while the agent runs, which nothing undoes: from here on it is. Then one watched directory is
# exchanged for another and one comes, and neither can get its rules any more.
. /scenarios/functions
mkdir /w/swapped
echo secret > /w/watched/token
start_agent <<YAML
watch: {paths: [/w/watched, /w/swapped, /w/comes], canary: 5s, secrets: {enabled: false}}
rules: {at_stop: remove}
sinks: [{type: file, path: $PWD/events}]
YAML
await ready
auditctl -e 2 > /dev/null
rules_and_settings > before
mv /w/swapped /w/scratch/swapped
mkdir /w/swapped /w/comes
await told '"uncovered","path":"/w/swapped".*enabled=2'
await told '"uncovered","path":"/w/comes".*enabled=2'
cat /w/watched/token
await told '"path":"/w/watched/token"'
leave_answers
stop_agent
rules_and_settings > after
