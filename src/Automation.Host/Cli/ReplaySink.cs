using System.Buffers;
using System.Text;
using System.Text.Json;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Host.Hub;

namespace Automation.Host.Cli;

/// <summary>Prints what a replay gives out, one JSON object a line.</summary>
internal sealed class ReplaySink(Site site, bool all, TextWriter output) : IEngineSink, IDisposable
{
    /// <summary>Lines are handed on in blocks of about this size.</summary>
    private const int KeptBytes = 1 << 16;

    private readonly ArrayBufferWriter<byte> _lines = new(KeptBytes + 4096);
    private readonly Utf8JsonWriter _json = new(Stream.Null, Payloads.Options);

    public void Requested(in ActionRequest request)
    {
        ActionRequest value = request;
        Write("action", value.At, w =>
        {
            w.WriteString("rule", value.Rule);
            w.WriteString("action", value.Action);
            w.WriteString("on", value.On.Value);
            w.WriteStartObject("parameters");
            Payloads.WriteMembers(w, value.Parameters);
            w.WriteEndObject();
            w.WriteString("cause", value.Cause.ToString());
        });
    }

    public void EventOccurred(in EngineEvent engineEvent)
    {
        if (!all) return;
        EngineEvent value = engineEvent;
        Write("event", value.At, w =>
        {
            w.WriteString("resource", value.Resource.Value);
            w.WriteString("event", value.Type);
            w.WriteString("phase", Payloads.Camel(value.Phase.ToString()));
            w.WriteNumber("count", value.Count);
            w.WriteBoolean("derived", value.Derived);
            w.WriteStartObject("data");
            Payloads.WriteMembers(w, value.Data);
            w.WriteEndObject();
            w.WriteString("cause", value.Cause.ToString());
        });
    }

    public void StateChanged(in StateChange change)
    {
        if (!all) return;
        StateChange value = change;
        Write("state", value.At, w =>
        {
            w.WriteString("resource", value.Resource.Value);
            w.WriteStartObject("changed");
            Payloads.WriteMembers(w, value.Changed);
            w.WriteEndObject();
            w.WriteBoolean("initial", value.Initial);
            w.WriteString("cause", value.Cause.ToString());
        });
    }

    public void Fired(in Firing firing)
    {
        if (!all) return;
        Firing value = firing;
        Write("firing", value.At, w =>
        {
            w.WriteString("rule", value.Rule);
            if (!value.Source.IsEmpty) w.WriteString("source", value.Source.Value);
            w.WriteString("trigger", value.Trigger);
            w.WriteString("cause", value.Cause.ToString());
        });
    }

    public void Published(in PublishRequest request)
    {
        if (!all) return;
        PublishRequest value = request;
        Write("publish", value.At, w =>
        {
            w.WriteString("rule", value.Rule);
            w.WriteString("topic", value.Topic);
            w.WriteString("payload", value.Payload);
            w.WriteString("cause", value.Cause.ToString());
        });
    }

    public void Notified(in NotificationRequest request)
    {
        if (!all) return;
        NotificationRequest value = request;
        Write("notification", value.At, w =>
        {
            w.WriteString("rule", value.Rule);
            w.WriteString("message", value.Message);
            w.WriteString("cause", value.Cause.ToString());
        });
    }

    public void ExceptionChanged(in ExceptionChange change)
    {
        if (!all) return;
        ExceptionChange value = change;
        Write("exception", value.At, w =>
        {
            w.WriteString("rule", value.Rule);
            w.WriteString("source", value.Source.Value);
            w.WriteString("exception", value.Exception);
            w.WriteString("state", value.Active ? "begin" : "end");
            w.WriteString("cause", value.Cause.ToString());
        });
    }

    public void RuleSwitched(in RuleSwitch change)
    {
        if (!all) return;
        RuleSwitch value = change;
        Write("switch", value.At, w =>
        {
            w.WriteString("rule", value.Rule);
            w.WriteBoolean("enabled", value.Enabled);
            w.WriteString("by", value.By);
            w.WriteString("cause", value.Cause.ToString());
        });
    }

    public void Faulted(in EngineFault fault)
    {
        if (!all) return;
        EngineFault value = fault;
        Write("fault", value.At, w =>
        {
            w.WriteString("rule", value.Rule);
            w.WriteString("fault", Payloads.Camel(value.Kind.ToString()));
            w.WriteString("detail", value.Detail);
            w.WriteString("cause", value.Cause.ToString());
        });
    }

    /// <summary>Hands on what is still kept back.</summary>
    public void Flush()
    {
        output.Write(Encoding.UTF8.GetString(_lines.WrittenSpan));
        _lines.ResetWrittenCount();
        output.Flush();
    }

    public void Dispose()
    {
        Flush();
        _json.Dispose();
    }

    private void Write(string type, DateTimeOffset at, Action<Utf8JsonWriter> members)
    {
        _json.Reset(_lines);
        _json.WriteStartObject();
        Payloads.WriteTime(_json, "at", at, site.TimeZone);
        if (all) _json.WriteString("type", type);
        members(_json);
        _json.WriteEndObject();
        _json.Flush();
        _lines.Write("\n"u8);
        if (_lines.WrittenCount > KeptBytes) Flush();
    }
}
