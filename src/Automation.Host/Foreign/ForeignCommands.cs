using System.Text.Json;
using Automation.Core.Model;
using Automation.Host.Hub;
using Automation.Isapi;
using Automation.Mqtt;

namespace Automation.Host.Foreign;

/// <summary>Commands to one MQTT-only device of a profile (DEV-8): published on <c>TOPIC/set</c>, where its bridge listens.</summary>
internal sealed class ForeignCommands(Device device, IMqttBus bus)
{
    /// <summary>Done means that the broker has it: whether the device did it shows in the state that its bridge publishes next.</summary>
    public async Task<ActionAnswer> SendAsync(ActionRequest request, CancellationToken cancellationToken)
    {
        if (ActionCheck.Problem(device, request.On, request.Action, request.Parameters) is { } problem) return new ActionAnswer(ActionOutcome.Failed(ActionReason.Invalid, retrySafe: false, problem));
        if (!bus.IsConnected) return new ActionAnswer(ActionOutcome.Failed(ActionReason.Unreachable, retrySafe: true, "the broker is not connected"));
        string topic = ProfileFeeds.SetTopic(device.Topic!);
        await bus.PublishAsync(new MqttMessage { Topic = topic, Payload = Payload(request), QoS = QoS.AtLeastOnce, PayloadIsText = true }, cancellationToken);
        return new ActionAnswer(ActionOutcome.Done("handed to its bridge on " + topic));
    }

    /// <summary>A setting by its name; any other action as <c>action</c> with its parameters.</summary>
    private static byte[] Payload(ActionRequest request) => Payloads.Write(w =>
    {
        if (request.Action == "configure")
        {
            Payloads.WriteValue(w, request.Parameters["setting"].Text, request.Parameters["value"]);
            return;
        }

        w.WriteString("action", request.Action);
        Payloads.WriteMembers(w, ActionTypes.All[request.Action].Complete(request.Parameters));
    });
}
