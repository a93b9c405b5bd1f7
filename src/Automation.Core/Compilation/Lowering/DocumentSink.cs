using System.Collections.Frozen;
using Automation.Core.Compilation.Form;
using Automation.Core.Engine;
using Automation.Core.Model;

namespace Automation.Core.Compilation.Lowering;

/// <summary>Passes outputs on under the id of the rule's document: what a part of a document did (<see cref="EngineRule.PartOf"/>), the document did.</summary>
public sealed class DocumentSink : IEngineSink
{
    private readonly FrozenDictionary<string, string> _documents;
    private readonly IEngineSink _inner;

    public DocumentSink(SiteProgram program, IEngineSink inner)
    {
        _documents = program.Rules.Where(r => r.PartOf is not null).ToFrozenDictionary(r => r.Id, r => r.PartOf!, StringComparer.Ordinal);
        _inner = inner;
    }

    public void EventOccurred(in EngineEvent engineEvent) => _inner.EventOccurred(in engineEvent);

    public void StateChanged(in StateChange change) => _inner.StateChanged(in change);

    public void Fired(in Firing firing) => _inner.Fired(firing with { Rule = Document(firing.Rule) });

    public void Requested(in ActionRequest request) => _inner.Requested(request with { Rule = Document(request.Rule) });

    public void Published(in PublishRequest request) => _inner.Published(request with { Rule = Document(request.Rule) });

    public void Notified(in NotificationRequest request) => _inner.Notified(request with { Rule = Document(request.Rule) });

    public void ExceptionChanged(in ExceptionChange change) => _inner.ExceptionChanged(change with { Rule = Document(change.Rule) });

    public void RuleSwitched(in RuleSwitch change) => _inner.RuleSwitched(change with { Rule = Document(change.Rule) });

    public void Faulted(in EngineFault fault) => _inner.Faulted(fault with { Rule = Document(fault.Rule) });

    private string Document(string rule) => _documents.TryGetValue(rule, out string? document) ? document : rule;
}
