using System.Collections.Frozen;
using System.Text;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;
using Automation.Host.Notifications;
using Automation.Host.Storage;
using Automation.Mqtt;
using Automation.Mqtt.Client;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Hub;

/// <summary>Shows one site on the topic model (DEV-5, HUB-5).</summary>
internal sealed class SiteProjection(Site site, IEnumerable<RuleDefinition> rulesAtStart, TopicNames topics, Outlet outlet, RetainedTopics retained, TimeProvider time, ILogger logger)
{
    // Replaced when a device is removed.
    private volatile Site _site = site;

    // Replaced whole by the writer's loop at a load; read by others.
    private volatile FrozenDictionary<string, RuleDefinition> _definitions = rulesAtStart.ToFrozenDictionary(d => d.Id, StringComparer.Ordinal);
    private volatile FrozenDictionary<string, string> _health = FrozenDictionary<string, string>.Empty;
    private readonly Lock _problemGate = new();
    private StorageLevel _storage;
    private readonly HashSet<string> _problems = new(StringComparer.Ordinal);

    /// <summary>The rules in force.</summary>
    public IReadOnlyList<RuleDefinition> Definitions => _definitions.Values;

    /// <summary>Null: there is no such rule.</summary>
    public RuleDefinition? Definition(string rule) => _definitions.GetValueOrDefault(rule);

    public bool HasRule(string rule) => _definitions.ContainsKey(rule);

    /// <summary>The kind of a rule's document; empty when there is no such rule.</summary>
    public string KindOf(string rule) => _definitions.TryGetValue(rule, out RuleDefinition? definition) ? definition.Kind : "";

    /// <summary>Called on the writer's loop when another rule set is in force and shown; set before the site starts.</summary>
    public Action<SiteRules>? RulesLoaded { get; set; }

    /// <summary>Told of everything that is on <c>…/exceptions</c> and that no exception rule asked for; true: it lasts until its end is told. Must return quickly; set before the site starts.</summary>
    public Action<HubException, bool>? ExceptionTold { get; set; }

    /// <summary>Told how every action request of the site ended, after it was shown; set before the site starts.</summary>
    public Action<ActionRequest, ActionOutcome, int>? ActionEnded { get; set; }

    /// <summary>Shows all that is known at a start: a broker may have lost it, and what does not change is not told again.</summary>
    public void ShowStates(SiteEngine engine)
    {
        // The engine may remember what the site has no more.
        var known = _site.Addresses.ToHashSet();
        foreach ((ResourceAddress resource, DataObject state) in engine.States)
        {
            if (resource.Device == "groups" || known.Contains(resource)) retained.Set(topics.State(resource), Payloads.State(state));
        }
    }

    /// <summary>Takes away what is shown of a device.</summary>
    /// <param name="without">The site without it.</param>
    public void Forget(Device device, Site without)
    {
        _site = without;
        retained.Clear(topics.Availability(device.Address));
        foreach (ResourceAddress address in device.Resources.Select(r => r.Address).Prepend(device.Address))
        {
            retained.Clear(topics.State(address));
            if (!address.IsDevice) retained.Clear(topics.Snapshot(address));
        }
    }

    /// <summary>Called on the writer's loop when a device told the version of its firmware; set before the site starts.</summary>
    public Action<Device, string>? FirmwareKnown { get; set; }

    /// <summary>Shows every rule of a rule set that is now in force, and takes away what is gone.</summary>
    public void ShowRules(SiteEngine engine, SiteRules rules)
    {
        string[] gone = [.. _definitions.Keys.Except(rules.Definitions.Select(d => d.Id), StringComparer.Ordinal)];
        _definitions = rules.Definitions.ToFrozenDictionary(d => d.Id, StringComparer.Ordinal);
        foreach (string rule in gone)
        {
            retained.Clear(topics.RuleState(rule));
            retained.Clear(topics.RuleEnabled(rule));
        }

        foreach (string rule in _definitions.Keys) ShowRule(engine, rules, rule);
        foreach (Finding finding in rules.Findings.Where(f => f.Severity == FindingSeverity.Error))
        {
            Tell(new HubException("ruleInvalid", "", null, true, time.GetUtcNow(), finding.ToString(), [], [], null));
        }

        RulesLoaded?.Invoke(rules);
    }

    public void Show(SiteOutput output, SiteEngine engine, SiteRules rules)
    {
        switch (output)
        {
            case SiteOutput.Occurred { Value: var occurred }:
                Publish(topics.Event(occurred.Resource), Payloads.Event(occurred, _site.TimeZone));
                break;
            case SiteOutput.Changed { Value: var change }:
                retained.Set(topics.State(change.Resource), Payloads.State(change.State));
                if (FirmwareKnown is { } told && change.Resource.IsDevice && change.Changed["firmware"] is { Kind: DataKind.Text } firmware &&
                    _site.Devices.FirstOrDefault(d => d.Address == change.Resource) is { } device)
                {
                    told(device, firmware.Text);
                }

                break;
            case SiteOutput.FiredRule { Value: var firing }:
                HubLog.Fired(logger, firing.Rule, firing.Trigger, firing.Source.IsEmpty ? _site.Id : firing.Source.Value, firing.Cause.ToString());
                Publish(topics.Firings(_site.Id), Payloads.Firing(firing, NameOf(firing.Rule), _site.TimeZone));
                ShowRule(engine, rules, firing.Rule);
                break;
            case SiteOutput.Published { Value: var publish }:
                Publish(publish.Topic, Encoding.UTF8.GetBytes(publish.Payload), publish.Retain, (QoS)publish.QoS);
                break;
            case SiteOutput.Notified { Value: var note }:
                Publish(topics.Notifications(_site.Id), Payloads.Write(w =>
                {
                    w.WriteString("id", $"{note.Cause}.{note.Index}");
                    w.WriteString("rule", note.Rule);
                    if (!note.Source.IsEmpty) w.WriteString("source", note.Source.Value);
                    w.WriteString("message", note.Message);
                    Payloads.WriteTime(w, "at", note.At, _site.TimeZone);
                    w.WriteString("cause", note.Cause.ToString());
                }));
                break;
            case SiteOutput.Exceptional { Value: var exception }:
                string state = exception.Active ? "begins" : "ends";
                Tell(new HubException(
                    exception.Exception, exception.Source.Value, exception.Rule, exception.Active, exception.At, $"{NameOf(exception.Rule)}: {exception.Exception} {state} at {exception.Source.Value}",
                    exception.ReceivedBy, exception.Recipients, exception.Cause.ToString())
                {
                    Id = exception.Active ? Notice.Of(exception, "").Id : null,
                }, lasts: null);
                break;
            case SiteOutput.Switched { Value: var change }:
                HubLog.RuleSwitched(logger, change.Rule, change.Enabled ? "on" : "off", change.By);
                ShowRule(engine, rules, change.Rule);
                break;
            case SiteOutput.Ended ended:
                Outcome(ended.Request, ended.Outcome, ended.Attempts);
                ActionEnded?.Invoke(ended.Request, ended.Outcome, ended.Attempts);
                break;
            case SiteOutput.Fault { Value: var fault }:
                Tell(new HubException(Payloads.Camel(fault.Kind.ToString()), "", fault.Rule.Length == 0 ? null : fault.Rule, true, fault.At, fault.Detail, [], [], fault.Cause.ToString()));
                break;
        }
    }

    /// <summary>A device came or went (DEV-7).</summary>
    public void Availability(ResourceAddress device, bool online, string? reason)
    {
        retained.Set(topics.Availability(device), Encoding.ASCII.GetBytes(online ? "online" : "offline"));
        if (!online && reason is not null) Tell(new HubException("deviceOffline", device.Value, null, true, time.GetUtcNow(), reason, [], [], null), log: false, lasts: true);
        else if (online) Tell(new HubException("deviceOffline", device.Value, null, false, time.GetUtcNow(), $"{device.Value} is online", [], [], null), log: false, lasts: true);
    }

    /// <summary>Tells a problem of a device; the same one is told once as long as the process runs.</summary>
    public void Problem(string type, ResourceAddress device, string detail)
    {
        lock (_problemGate)
        {
            if (_problems.Count > 10_000 || !_problems.Add($"{type} {device.Value} {detail}")) return;
        }

        Tell(new HubException(type, device.Value, null, true, time.GetUtcNow(), detail, [], [], null));
    }

    /// <summary>The storage became low, refuses, or is sound again.</summary>
    public void Storage(StorageLevel level, string reason)
    {
        foreach ((string type, StorageLevel at) in new[] { ("storageLow", StorageLevel.Low), ("storageFailed", StorageLevel.Refusing) })
        {
            if (level == at) Tell(new HubException(type, "", null, true, time.GetUtcNow(), reason, [], [], null), log: false, lasts: true);
            else if (_storage == at) Tell(new HubException(type, "", null, false, time.GetUtcNow(), level == StorageLevel.Ok ? "the storage is sound again" : reason, [], [], null), log: false, lasts: true);
        }

        _storage = level;
    }

    /// <summary>More comes in than can be taken and kept: devices wait, and what they cannot hold they lose.</summary>
    public void Overloaded(bool begins) => Tell(
        new HubException("siteOverloaded", "", null, begins, time.GetUtcNow(), begins
            ? "more events come in than can be kept: devices have to wait, events are late, and a device that cannot wait closes its stream and loses some"
            : "events are taken as they come again", [], [], null),
        log: begins, lasts: true);

    /// <summary>The data folder does not take what must be kept.</summary>
    public void DiskRefuses(string reason) => Tell(new HubException("storageFailed", "", null, true, time.GetUtcNow(), reason, [], [], null));

    /// <summary>An action request ended.</summary>
    private void Outcome(ActionRequest request, ActionOutcome outcome, int attempts)
    {
        string status = outcome.DeviceStatus is null ? "" : ", device says: " + outcome.DeviceStatus;
        if (!outcome.Succeeded) HubLog.ActionFailed(logger, request.Action, request.On.Value, Payloads.Camel(outcome.Reason.ToString()), status, request.Cause.ToString());
        else if (outcome.IsEffective) HubLog.ActionDone(logger, request.Action, request.On.Value, request.Cause.ToString());
        else HubLog.ActionIneffective(logger, request.Action, request.On.Value, status, outcome.Seen ?? "nothing of it was seen", request.Cause.ToString());

        DateTimeOffset now = time.GetUtcNow();
        Publish(topics.Actions(_site.Id), Payloads.Action(request, outcome, attempts, now, _site.TimeZone));
        if (outcome.IsEffective) return;
        (string type, string what) = outcome.Succeeded
            ? ("actionIneffective", $"was taken by the device{(outcome.DeviceStatus is null ? "" : $" ({outcome.DeviceStatus})")}, but did not happen: {outcome.Seen ?? "nothing of it was seen"}")
            : ("actionFailed", $"was not done: {Payloads.Camel(outcome.Reason.ToString())}{(outcome.DeviceStatus is null ? "" : $" ({outcome.DeviceStatus})")}");
        Tell(new HubException(type, request.On.Value, request.Rule, true, now, $"{request.Action} on {request.On.Value} {what}", [], [], request.Cause.ToString()), log: false);
    }

    /// <summary>A command was not taken.</summary>
    public void Refused(string on, string action, string message, string? transaction) =>
        Publish(topics.Actions(_site.Id), Payloads.Refused(on, action, message, transaction, time.GetUtcNow(), _site.TimeZone));

    public void Picture(ResourceAddress resource, ReadOnlyMemory<byte> jpeg) => retained.Set(topics.Snapshot(resource), jpeg.ToArray());

    /// <summary>Every retained topic the site can have now; what else is below the site is left from earlier (see <see cref="RetainedCleanup"/>).</summary>
    public bool Owns(string topic)
    {
        foreach (ResourceAddress address in _site.Addresses)
        {
            if (topic == topics.State(address) || topic == topics.Availability(address) || topic == topics.Snapshot(address)) return true;
        }

        return _definitions.Keys.Any(rule => topic == topics.RuleState(rule) || topic == topics.RuleEnabled(rule) || topic == topics.State(GroupAddress(rule)));
    }

    private ResourceAddress GroupAddress(string rule) => ResourceAddress.TryParse($"{_site.Id}/groups/{rule}", out ResourceAddress address) ? address : default;

    private string NameOf(string rule) => _definitions.TryGetValue(rule, out RuleDefinition? definition) ? definition.Name : rule;

    private void ShowRule(SiteEngine engine, SiteRules rules, string rule)
    {
        if (!_definitions.TryGetValue(rule, out RuleDefinition? definition)) return;
        RuleStatus status = rules.Documents.Status(engine, rule);
        retained.Set(topics.RuleState(rule), Payloads.Rule(View(definition, status), _site.TimeZone));
        retained.Set(topics.RuleEnabled(rule), Encoding.ASCII.GetBytes(status.Enabled ? "ON" : "OFF"));
    }

    /// <summary>What a dashboard shows of a rule. What went wrong in it comes before what keeps its events back.</summary>
    public RuleView View(RuleDefinition rule, in RuleStatus status) =>
        new(rule.Id, rule.Kind, rule.Name, status.Enabled, status.LastFired, status.Firings, status.NextRun, status.LastFault?.Detail ?? _health.GetValueOrDefault(rule.Id, "ok"), rule.Settings);

    /// <summary>Shows why rules cannot be reached by the events they wait for. Called on the writer's loop, so that a later firing is not overwritten.</summary>
    /// <param name="health">By rule; a rule that is not in it is well.</param>
    public void ShowHealth(SiteEngine engine, SiteRules rules, IReadOnlyDictionary<string, string> health)
    {
        FrozenDictionary<string, string> before = _health;
        _health = health.ToFrozenDictionary(StringComparer.Ordinal);
        foreach (string rule in before.Keys.Union(_health.Keys, StringComparer.Ordinal).Where(r => before.GetValueOrDefault(r) != _health.GetValueOrDefault(r)).Order(StringComparer.Ordinal))
        {
            if (_health.TryGetValue(rule, out string? why)) HubLog.RuleUnreachable(logger, rule, why);
            ShowRule(engine, rules, rule);
        }
    }

    /// <param name="lasts">Until its end is told; null: an exception rule's own, which its commit keeps.</param>
    private void Tell(HubException exception, bool log = true, bool? lasts = false)
    {
        if (lasts is { } until) ExceptionTold?.Invoke(exception, until);
        if (log) HubLog.Exception(logger, exception.Type, exception.Active ? "begins" : "ends", exception.Source.Length == 0 ? _site.Id : exception.Source, exception.Message);
        Publish(topics.Exceptions(_site.Id), Payloads.Exception(exception, _site.TimeZone));
    }

    private void Publish(string topic, byte[] payload, bool retain = false, QoS qos = QoS.AtLeastOnce) =>
        outlet.Send(new MqttMessage { Topic = topic, Payload = payload, QoS = qos, Retain = retain, PayloadIsText = true });
}
